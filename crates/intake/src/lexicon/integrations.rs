//! Services outside: the words that ask for one and the provider to start from.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use super::{Table, WordHasher, Words};

/// A category of service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Integration {
    pub name: &'static str,
    /// What the application does with it, as a question says it.
    pub does: &'static str,
    pub provider: &'static str,
    /// What a send to it is called in an automation.
    pub verb: &'static str,
    /// Words that name it, several with `_` between.
    pub words: &'static str,
    /// Products, each its own provider.
    pub products: &'static str,
}

/// One entry each; a new category is a new entry.
pub(crate) const ALL: &[Integration] = &[
    Integration {
        name: "sms",
        does: "send text messages (SMS)",
        provider: "twilio",
        verb: "send",
        words: "sms text_message text_messages texting sms_message texts text_reminder text_reminders text_alert \
            text_alerts text_notification text_notifications phone_message phone_messages sms_code",
        products: "twilio vonage messagebird plivo sinch clicksend telnyx clickatell infobip",
    },
    Integration {
        name: "email",
        does: "send e-mail",
        provider: "smtp",
        verb: "send",
        words: "email emails email_notification email_notifications email_reminder email_reminders email_alert \
            email_alerts by_mail per_mail via_mail confirmation_email confirmation_emails email_confirmation \
            reminder_email reminder_emails email_digest digest_email welcome_email email_receipt emailed \
            confirmation_mail reminder_mail mailing_list mail_merge e-mailing email_link",
        products: "sendgrid mailgun postmark mailchimp smtp ses resend brevo sendinblue mailjet sparkpost amazon_ses mailerlite klaviyo",
    },
    Integration {
        name: "billing",
        does: "take payments",
        provider: "stripe",
        verb: "charge",
        words: "credit_card card_payment online_payment online_payments pay_online paid_by_card pay_by_card \
            by_card by_bank_card with_bank_card with_a_card with_their_card with_his_card with_her_card payment_gateway debit_card payment_processing payment_processor take_payments accept_payments \
            card_payments payments_online pay_by_credit_card online_checkout pay_with_card accepts_payments \
            taking_payments accepting_payments collect_payments process_payments handle_payments subscription_billing \
            apple_pay google_pay payment_link payment_links checkout_link recurring_payments recurring_billing in-app_purchase in-app_purchases paywall direct_debit card_on_file \
            saved_card payment_provider payment_service stripe_connect stripe_checkout sepa paid_online get_paid_online \
            payments_by_card pay_via_card take_payment accept_payment collect_payment",
        products: "stripe paypal square braintree adyen paddle mollie razorpay klarna gocardless lemon_squeezy authorize.net \
            worldpay sumup venmo paystack flutterwave m-pesa mpesa mercado_pago payu twint swish vipps mobilepay \
            payoneer checkout.com authorize_net",
    },
    Integration {
        name: "ehr",
        does: "exchange data with a health record system",
        provider: "fhir",
        verb: "push",
        words: "ehr emr fhir hl7 electronic_health_record electronic_health_records electronic_medical_record \
            electronic_medical_records health_record_system medical_record_system hospital_system",
        products: "epic cerner athenahealth fhir allscripts openemr meditech",
    },
    Integration {
        name: "chat",
        does: "post messages in a team chat",
        provider: "slack",
        verb: "post",
        words: "slack_channel chat_channel team_chat slack_message slack_messages slack_notification ms_teams discord_channel \
            telegram_group google_chat",
        products: "slack discord teams_channel microsoft_teams mattermost telegram rocket.chat",
    },
    Integration {
        name: "webhook",
        does: "call other systems over HTTP",
        provider: "http",
        verb: "call",
        words: "webhook webhooks outgoing_webhook http_callback http_post http_endpoint callback_url external_api rest_hook via_http over_http by_http through_http",
        products: "zapier shopify woocommerce hubspot salesforce pipedrive zoho_crm make.com ifttt n8n activecampaign",
    },
    Integration {
        name: "storage",
        does: "store uploaded files",
        provider: "s3",
        verb: "store",
        words: "object_storage cloud_storage file_storage file_uploads photo_uploads image_uploads document_uploads \
            file_attachments store_attachments file_upload photo_upload image_upload upload_photos upload_documents upload_files upload_pictures upload_images stored_in_the_cloud saved_in_the_cloud kept_in_the_cloud",
        products: "s3 gcs dropbox google_drive minio onedrive sharepoint cloudinary",
    },
    Integration {
        name: "calendar",
        does: "put dates into calendars",
        provider: "google_calendar",
        verb: "sync",
        words: "calendar_sync calendar_feed calendar_invite calendar_invites calendar_invitation calendar_invitations \
            sync_calendar ics_feed ical_feed calendar_integration ics_file ics_files .ics",
        products: "google_calendar gcal outlook_calendar ical caldav apple_calendar outlook google_calendars icloud_calendar calendly",
    },
    Integration {
        name: "push",
        does: "send push notifications",
        provider: "fcm",
        verb: "send",
        words: "push_notification push_notifications push_alert push_alerts push_message push_messages push_reminder \
            push_reminders mobile_notification phone_notification app_notification app_notifications",
        products: "fcm apns onesignal",
    },
    Integration {
        name: "whatsapp",
        does: "send WhatsApp messages",
        provider: "whatsapp",
        verb: "send",
        words: "whatsapp_message whatsapp_messages",
        products: "whatsapp",
    },
    Integration {
        name: "maps",
        does: "use maps and addresses",
        provider: "google_maps",
        verb: "geocode",
        words: "geocoding directions_api map_view on_a_map on_the_map on_map google_map driving_directions turn-by-turn turn-by-turn_navigation geocode",
        products: "google_maps mapbox openstreetmap waze here_maps apple_maps",
    },
    Integration {
        name: "accounting",
        does: "pass figures on to an accounting program",
        provider: "quickbooks",
        verb: "push",
        words: "accounting_software accounting_system bookkeeping_software accounting_package",
        products: "quickbooks xero freshbooks sage datev lexoffice freeagent sevdesk bexio zoho_books netsuite",
    },
    Integration {
        name: "esign",
        does: "have documents signed electronically",
        provider: "docusign",
        verb: "send",
        words: "e-signature e-sign esign esignature electronic_signature e-signatures electronic_signatures digital_signature digital_signatures \
            sign_electronically sign_online signed_electronically signed_digitally signed_online",
        products: "docusign hellosign adobe_sign pandadoc signnow dropbox_sign",
    },
    Integration {
        name: "video",
        does: "set up video calls",
        provider: "zoom",
        verb: "create_call",
        words: "video_call video_calls video_conference video_meeting video_conferencing video_link zoom_link zoom_links zoom_call zoom_calls video_session \
            video_sessions video_consultation video_consultations video_visit video_visits video_meetings",
        products: "zoom google_meet jitsi webex whereby",
    },
];

/// The integration of that name.
pub(crate) fn by_name(name: &str) -> Option<&'static Integration> {
    ALL.iter().find(|integration| integration.name == name)
}

type Named = (&'static Integration, Option<&'static str>);

static NAMES: LazyLock<Table<Named>> = LazyLock::new(|| {
    let mut names: Table<Named> = Table::default();
    for integration in ALL {
        for product in integration.products.split_ascii_whitespace() {
            names.entry(product).or_insert((integration, Some(product)));
        }
        for word in integration.words.split_ascii_whitespace() {
            names.entry(word).or_insert((integration, None));
        }
    }
    names
});

/// The same names with spaces between their words.
static SPOKEN: LazyLock<HashMap<String, Named, BuildHasherDefault<WordHasher>>> = LazyLock::new(|| {
    NAMES.iter().filter(|(name, _)| name.contains('_')).map(|(name, used)| (name.replace('_', " "), *used)).collect()
});

/// The first words of names of several words.
static OPENERS: LazyLock<Words> =
    LazyLock::new(|| NAMES.keys().filter_map(|name| name.split_once('_')).map(|(first, _)| first).collect());

/// How many words from here on a name may have.
pub(crate) fn longest(first: &str) -> usize {
    if OPENERS.contains(first) || first.contains('_') { 3 } else { 1 }
}

/// The integration that words with spaces between them name, and the product if it is one.
pub(crate) fn spoken(words: &str) -> Option<Named> {
    match (words.contains('_'), words.contains(' ')) {
        (true, _) => named(&words.replace(' ', "_")),
        (_, true) => SPOKEN.get(words).copied(),
        _ => named(words),
    }
}

/// The integration a phrase (words with `_` between) names, and the product if it is one.
pub(crate) fn named(phrase: &str) -> Option<(&'static Integration, Option<&'static str>)> {
    NAMES.get(phrase).copied()
}
