//! Which type a field has, read from its name.
//!
//! Only names: value lists, units and "whether" are read in `lists`.

use std::sync::LazyLock;

use super::{Table, Words, words_of};

/// A field type of the blueprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line.
    Text,
    /// Many lines.
    LongText,
    /// A whole number.
    Integer,
    /// An exact number with decimals.
    Decimal,
    /// A number in binary; only specifications say so.
    Float,
    /// An amount in a currency.
    Money,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    Datetime,
    /// One of a list of values.
    Enum,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// Any UUID; only specifications say so.
    Uuid,
    /// Anything JSON can say.
    Json,
    /// Another record.
    Reference,
}

impl FieldType {
    /// The word for it in a blueprint.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Float => "float",
            Self::Money => "money",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Time => "time",
            Self::Datetime => "datetime",
            Self::Enum => "enum",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Uuid => "uuid",
            Self::Json => "json",
            Self::Reference => "reference",
        }
    }
}

/// A type and whether the name alone is good evidence that the word is a field at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guess {
    pub kind: FieldType,
    /// The value is a link to a file that cannot be stored yet.
    pub file: bool,
}

/// Whole names, where the last word alone would mislead.
const WHOLE: &[(FieldType, &str)] = &[
    (
        FieldType::Text,
        "rate_code serial_number invoice_number license_number plate_number account_number policy_number \
            order_number \
         reference_number tracking_number phone_model vat_number tax_number room_number part_number passport_number \
         registration_number id_number member_number time_zone email_subject paid_by date_format price_range \
         case_number bank_account_number flight_number card_number student_number batch_number lot_number \
         version_number number_plate unit_of_measure shirt_size shoe_size contact_person contact_name \
         blood_group blood_type position_title job_title order_reference work_performed barcode_tag name_tag ear_tag",
    ),
    (
        FieldType::Integer,
        "shirt_number jersey_number episode_number season_number squad_number age_months number_of_days \
            party_size group_size \
         team_size class_size house_number page_number seat_number max_attendees reorder_level sort_order shelf_life \
         prep_time cook_time preparation_time running_time playing_time waiting_time travel_time cooking_time run_time lead_time print_run head_count birth_year \
         model_year",
    ),
    (FieldType::Date, "date_of_birth birth_date warranty_until valid_from valid_to born"),
    (
        FieldType::Phone,
        "phone_number mobile_number contact_number telephone_number guardian_phone cell_number fax_number \
            emergency_contact_phone whatsapp_number",
    ),
    (FieldType::Email, "email_address mail_address"),
    (
        FieldType::LongText,
        "step_by_step_instructions steps_to_reproduce cover_letter medical_history current_medication \
            special_request dietary_restriction \
         dietary_requirement special_requirement delivery_instruction dietary_need reason_for_visit \
         things_to_bring safety_incident special_need care_instruction",
    ),
    (
        FieldType::Decimal,
        "tax_rate interest_rate exchange_rate vat_rate commission_rate success_rate discount_rate conversion_rate \
            heart_rate square_feet_price",
    ),
    (FieldType::Json, "opening_hours opening_hour business_hours working_hours office_hours"),
    (FieldType::Datetime, "date_time date_and_time start_date_time pickup_time"),
    (FieldType::Boolean, "opt_in plus_one in_stock on_sale is_public is_active terms_accepted do_not_call"),
    (FieldType::Integer, "square_meter square_feet square_foot floor_area"),
];

/// Last words of names.
const HEADS: &[(FieldType, &str)] = &[
    (FieldType::Email, "email"),
    (FieldType::Phone, "phone mobile telephone fax cellphone"),
    (
        FieldType::Url,
        "url website link homepage linkedin webpage rss permalink instagram twitter facebook github \
        feed",
    ),
    (
        FieldType::Money,
        "price cost amount subtotal fee rent salary wage deposit balance budget premium revenue fine tip payout \
            income \
         charge expense allowance bonus donation-amount commission discount-amount total payment-amount spend \
         rate earnings",
    ),
    (
        FieldType::Date,
        "date birthday dob deadline due expiry expiration birthdate anniversary renewal eta valid_until day birth \
            hire-date",
    ),
    (
        FieldType::Datetime,
        "start end timestamp datetime kickoff time departure arrival check-in check-out checkin checkout begin \
            starts ends pickup dropoff",
    ),
    (
        FieldType::Boolean,
        "enabled published archived approved verified confirmed completed available vaccinated neutered remote \
            vegan billable \
         explicit flag active consent paid done returned resolved sterilized spayed vegetarian refundable taxable \
         featured \
         cancelled canceled insured licensed delivered attended smoker deleted read opened visible hidden",
    ),
    (
        FieldType::Integer,
        "quantity count capacity seat spot age year mileage odometer floor bedroom bathroom serving star score \
            point rank \
         duration minute copy reorder-level limit attempt stock participant worker attendee guest-count \
         hour-count week month \
         calorie rep set season seats reading portion pages page nights night mile kilometer number-of goal-count \
         yield episode-count size-in level-in days \
         minimum maximum min max xp hp coin kill win loss cycle position order-index priority-number shelf-count streak lap weekly-target target \
         vacancy room-count",
    ),
    (
        FieldType::Decimal,
        "weight height length width depth volume area temperature humidity percentage percent latitude longitude \
            hours distance \
         speed gpa estimate hour liter gallon kg ph dosage-amount altitude carbs protein fat voltage value \
         pressure consumption hourage thickness diameter kwh girth circumference",
    ),
    (
        FieldType::LongText,
        "description note notes comment comments body content message instruction summary bio detail details \
            remark feedback symptom diagnosis \
         treatment history abstract transcript agenda story biography explanation finding observation \
         purpose-statement \
         requirement recommendation step lyrics complaint answer-text excerpt review-text review \
         restriction ingredient-list outcome minutes-text incident delay medication directions goals synopsis \
         essay testimonial text letter",
    ),
    (
        FieldType::Json,
        "tags skills skill tag dimension coordinate availability metadata preference answer-set checklist \
            opening-hours opening_hours subjects amenity language-list specialty-list hobby topic",
    ),
    (
        FieldType::Text,
        "name title subject code sku isbn vin plate serial barcode slug address city zip zipcode postcode \
            reference brand color \
         unit location venue model make department nickname surname role phone-model country state-code province \
         street \
         supplier carrier vendor manufacturer publisher company employer region district aisle rack shelf bin row \
         plot \
         weather trade specialty workshop schedule breed species make author-name id label material caption \
         headline pronoun \
         occupation job-title nationality language religion number version qualification profession grade purpose \
         hometown \
         hashtag username handle keyword alias variety strain cultivar vaccine drug dose dosage dosing insurer \
         provider \
         variant ssn passport initials timezone quote reason allergy ethnicity destination origin payee sex \
         edition volume-number",
    ),
    (
        FieldType::Enum,
        "status state stage type kind priority severity category condition gender sex size frequency method \
            source channel \
         currency track difficulty level urgency result mood rating-type position outcome role tier class-type \
         shift-type format genre",
    ),
];

/// Pictures and papers: a link to a file.
const FILES: &str = "photo picture image avatar logo file attachment document scan pdf resume cv certificate \
    receipt signature \
    screenshot audio recording video cover artwork art thumbnail headshot selfie x-ray xray drawing blueprint \
    contract-file proof waiver";

/// Names that take one of a few values once they are listed.
const CHOICES: &str = "status state stage type kind priority severity category condition gender sex size \
    frequency method source \
    channel currency track difficulty level urgency result mood position role tier format genre side visibility \
    language grade \
    plan fuel outcome decision shift season color species department rsvp intensity answer risk importance area \
    zone region \
    payment membership scope direction unit reason material topic specialty step tag skill diet course rarity grind mode phase weekday temper health";

static FILE: LazyLock<Words> = LazyLock::new(|| words_of(FILES));
static CHOICE: LazyLock<Words> = LazyLock::new(|| words_of(CHOICES));

type Names = LazyLock<Table<FieldType>>;

static WHOLE_NAMES: Names = LazyLock::new(|| by_name(WHOLE));
static LAST_WORDS: Names = LazyLock::new(|| by_name(HEADS));

fn by_name(table: &[(FieldType, &'static str)]) -> Table<FieldType> {
    let mut kinds = Table::default();
    for (kind, names) in table {
        for name in names.split_ascii_whitespace() {
            kinds.entry(name).or_insert(*kind);
        }
    }
    kinds
}

/// Types that hold one value: such a word is a field, even alone.
pub(crate) fn guess(name: &str) -> Option<Guess> {
    let plain = |kind| Some(Guess { kind, file: false });
    if let Some(kind) = WHOLE_NAMES.get(name) {
        return plain(*kind);
    }
    if let Some((what, _)) = name.split_once("_per_") {
        // "price per day" is a price.
        return guess(what);
    }
    let by_head = |head: &str| {
        if FILE.contains(head) {
            return Some(Guess { kind: FieldType::Url, file: true });
        }
        LAST_WORDS.get(head).and_then(|kind| plain(*kind))
    };
    if !name.contains('_') {
        return by_head(name);
    }
    let parts: Vec<&str> = name.split('_').collect();
    let head = parts.last().copied().unwrap_or(name);
    let first = parts.first().copied().unwrap_or(name);
    if parts.len() > 1 {
        if name.starts_with("number_of_") || matches!(first, "max" | "min" | "minimum" | "maximum") || head == "count" {
            return plain(FieldType::Integer);
        }
        if matches!(first, "is" | "has" | "can" | "wants" | "accepts" | "needs") {
            return plain(FieldType::Boolean);
        }
        if name.starts_with("date_of_") || head == "on" || head == "date" {
            return plain(FieldType::Date);
        }
        if name.starts_with("time_of_") {
            return plain(FieldType::Datetime);
        }
        if name.starts_with("cost_of_") || name.starts_with("price_of_") {
            return plain(FieldType::Money);
        }
        if head == "at" {
            return plain(FieldType::Datetime);
        }
        if matches!(parts.as_slice(), ["from" | "to", "date"]) {
            return plain(FieldType::Date);
        }
        // "amount paid" is an amount, "practice area" is none.
        if matches!(head, "paid" | "spent" | "due" | "received" | "earned")
            && let Some(first) =
                guess(first).filter(|g| matches!(g.kind, FieldType::Money | FieldType::Decimal | FieldType::Integer))
        {
            return Some(first);
        }
        if head == "area" && !matches!(first, "floor" | "living" | "total" | "surface" | "lot" | "land") {
            return plain(FieldType::Text);
        }
        if head == "value" {
            return plain(FieldType::Money);
        }
        if head == "number" {
            return plain(FieldType::Text);
        }
    }
    if name.starts_with("type_of_") || name.starts_with("kind_of_") {
        return plain(FieldType::Text);
    }
    // "date frozen", "next maintenance", "last pruned".
    if first == "date" && (head.ends_with("ed") || head == "frozen") {
        return plain(FieldType::Date);
    }
    if name == "last_seen" {
        return plain(FieldType::Datetime);
    }
    if matches!(first, "next" | "last") && parts.len() == 2 && by_head(head).is_none() && !CHOICE.contains(head) {
        return plain(FieldType::Date);
    }
    if parts.len() > 1 && head == "letter" && first != "cover" {
        return Some(Guess { kind: FieldType::Url, file: true });
    }
    by_head(head)
}

/// Whether a listed set of words after this name are its values.
pub(crate) fn takes_values(head: &str) -> bool {
    CHOICE.contains(head)
}

/// Every known word, for spelling repair.
pub(crate) fn all_words() -> impl Iterator<Item = &'static str> {
    HEADS.iter().flat_map(|(_, heads)| heads.split_ascii_whitespace()).chain(FILES.split_ascii_whitespace())
}

/// Values to start from when a request names a status and not its values.
pub(crate) fn usual_values(entity: &str, field: &str) -> &'static [&'static str] {
    match (entity, field) {
        (_, "priority" | "urgency" | "severity" | "importance") => &["low", "medium", "high"],
        (_, "difficulty") => &["easy", "medium", "hard"],
        (_, "gender" | "sex") => &["female", "male", "other"],
        ("lead" | "prospect" | "contact" | "customer" | "client", "status" | "stage") => {
            &["new", "contacted", "qualified", "won", "lost"]
        }
        ("deal" | "opportunity", "status" | "stage") => &["open", "proposal", "won", "lost"],
        ("appointment" | "booking" | "reservation" | "session", "status") => {
            &["booked", "confirmed", "completed", "cancelled"]
        }
        ("order" | "purchase_order" | "shipment" | "delivery" | "parcel" | "package", "status") => {
            &["pending", "shipped", "delivered", "cancelled"]
        }
        (
            "application" | "request" | "leave_request" | "claim" | "expense" | "expense_report" | "proposal",
            "status",
        ) => &["pending", "approved", "rejected"],
        ("invoice" | "payment" | "quote", "status") => &["draft", "sent", "paid"],
        ("post" | "article" | "page" | "story", "status") => &["draft", "published"],
        (_, "status" | "state" | "stage") => &["open", "in_progress", "done"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_types() {
        for (name, kind) in [
            ("billing_email", FieldType::Email),
            ("selling_price", FieldType::Money),
            ("invoice_number", FieldType::Text),
            ("number_of_beds", FieldType::Integer),
            ("date_of_birth", FieldType::Date),
            ("closing_date", FieldType::Date),
            ("has_parking", FieldType::Boolean),
            ("tax_rate", FieldType::Decimal),
            ("hourly_rate", FieldType::Money),
            ("submitted_at", FieldType::Datetime),
            ("cover_photo", FieldType::Url),
            ("notes", FieldType::LongText),
        ] {
            assert_eq!(guess(name).map(|guess| guess.kind), Some(kind), "{name}");
        }
        assert!(guess("zeppelin").is_none());
    }
}
