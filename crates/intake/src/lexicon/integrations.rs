//! Services outside: the words that ask for one and the provider to start from.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A category of service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Integration {
    pub name: &'static str,
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
        provider: "twilio",
        verb: "send",
        words: "sms text_message text_messages texting sms_message texts",
        products: "twilio vonage messagebird plivo",
    },
    Integration {
        name: "email",
        provider: "smtp",
        verb: "send",
        words: "email emails email_notification",
        products: "sendgrid mailgun postmark mailchimp smtp ses resend",
    },
    Integration {
        name: "billing",
        provider: "stripe",
        verb: "charge",
        words: "credit_card card_payment online_payment online_payments pay_online paid_by_card pay_by_card \
            by_card payment_gateway debit_card payment_processing payment_processor take_payments accept_payments \
            card_payments",
        products: "stripe paypal square braintree adyen paddle mollie razorpay klarna",
    },
    Integration {
        name: "ehr",
        provider: "fhir",
        verb: "push",
        words: "ehr emr fhir hl7 electronic_health_record",
        products: "epic cerner athenahealth fhir",
    },
    Integration {
        name: "chat",
        provider: "slack",
        verb: "post",
        words: "slack_channel chat_channel team_chat",
        products: "slack discord teams_channel microsoft_teams mattermost telegram",
    },
    Integration {
        name: "webhook",
        provider: "http",
        verb: "call",
        words: "webhook webhooks http_callback",
        products: "zapier shopify woocommerce",
    },
    Integration {
        name: "storage",
        provider: "s3",
        verb: "store",
        words: "object_storage cloud_storage file_storage file_uploads",
        products: "s3 gcs dropbox google_drive minio onedrive",
    },
    Integration {
        name: "calendar",
        provider: "google_calendar",
        verb: "sync",
        words: "calendar_sync calendar_feed",
        products: "google_calendar gcal outlook_calendar ical caldav apple_calendar outlook google_calendars",
    },
    Integration {
        name: "push",
        provider: "fcm",
        verb: "send",
        words: "push_notification push_notifications push_alert push_alerts",
        products: "fcm apns onesignal",
    },
    Integration {
        name: "whatsapp",
        provider: "whatsapp",
        verb: "send",
        words: "whatsapp_message whatsapp_messages",
        products: "whatsapp",
    },
    Integration {
        name: "maps",
        provider: "google_maps",
        verb: "geocode",
        words: "geocoding directions_api map_view",
        products: "google_maps mapbox openstreetmap",
    },
    Integration {
        name: "accounting",
        provider: "quickbooks",
        verb: "push",
        words: "accounting_software",
        products: "quickbooks xero freshbooks sage",
    },
    Integration {
        name: "esign",
        provider: "docusign",
        verb: "send",
        words: "e-signature e-sign esign esignature electronic_signature e-signatures",
        products: "docusign hellosign",
    },
    Integration {
        name: "video",
        provider: "zoom",
        verb: "create_call",
        words: "video_call video_calls video_conference video_meeting video_conferencing",
        products: "zoom google_meet jitsi",
    },
];

/// The integration of that name.
pub(crate) fn by_name(name: &str) -> Option<&'static Integration> {
    ALL.iter().find(|integration| integration.name == name)
}

type Named = (&'static Integration, Option<&'static str>);

static NAMES: LazyLock<HashMap<&'static str, Named>> = LazyLock::new(|| {
    let mut names: HashMap<&'static str, Named> = HashMap::new();
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

/// The integration a phrase (words with `_` between) names, and the product if it is one.
pub(crate) fn named(phrase: &str) -> Option<(&'static Integration, Option<&'static str>)> {
    NAMES.get(phrase).copied()
}
