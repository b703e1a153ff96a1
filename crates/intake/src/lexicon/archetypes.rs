//! Records that many applications keep: their names, their other names, and whether they are people.
//!
//! An archetype is evidence that a noun is a record. It never adds a record or a field by itself.

use std::sync::LazyLock;

use super::{Table, has};

/// What sort of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// May be a role, a table or both.
    Person,
    Thing,
    /// Something that happens between two others.
    Event,
    /// A word shared by many: tag, category, author. "several" of them is many-to-many.
    Shared,
}

const TABLE: &[(Sort, &str)] = &[
    (
        Sort::Person,
        "customer client buyer shopper lead prospect contact employee worker member patient practitioner doctor \
            dentist \
         therapist nurse student learner pupil teacher instructor tutor trainer coach guardian parent tenant \
         landlord driver \
         technician mechanic engineer volunteer donor candidate applicant supplier vendor contractor \
         subcontractor agent broker \
         realtor guest subscriber speaker player rep sales_rep salesperson stylist barber chef cook waiter \
         courier rider \
         passenger resident owner host organizer attendee participant listener reader moderator editor reviewer \
         referee \
         umpire judge scout captain manager supervisor receptionist accountant cashier librarian inspector \
         auditor officer \
         caregiver carer vet veterinarian breeder groomer walker sitter cleaner gardener farmer grower \
         photographer designer \
         developer tester analyst consultant freelancer lawyer attorney paralegal notary pharmacist surgeon \
         physician midwife \
         counselor mentor mentee intern apprentice principal professor lecturer researcher scientist curator \
         artist musician \
         singer dancer actor performer crew pilot captain sailor skipper crew_member dispatcher picker packer \
         seller merchant \
         retailer wholesaler distributor producer investor shareholder sponsor beneficiary claimant borrower \
         lender renter \
         visitor hr operator administrator coordinator leader director secretary treasurer foreman electrician \
         plumber carpenter \
         painter builder roofer welder janitor guard clerk teller advisor planner buyer stylist bride groom \
         pledger scorekeeper \
         roommate neighbor camper hiker climber runner swimmer skier golfer athlete gamer collector beekeeper staff \
         creator assignee reporter requester approver responder author guide ranger keeper trainee steward \
         curator warden groundskeeper attendant juror brewer swimmer-coach caretaker registrar arbiter housekeeper investigator bookkeeper clinician \
            pathologist radiologist physiotherapist physio hygienist optician nutritionist dietitian psychologist \
            psychiatrist paramedic conductor usher bartender barista baker florist tailor pastor priest deacon \
            president chairman chairperson trustee board_member superintendent concierge porter homeowner lifeguard \
            translator interpreter publisher journalist storekeeper shopkeeper auctioneer bidder adjuster \
            underwriter recruiter interviewer dean headmaster examiner alumnus zookeeper jockey commissioner chair \
            delegate exhibitor adopter caseworker social_worker congregant lodger handyman installer estimator \
            surveyor architect welder fitter machinist deckhand diver angler shepherd front_desk superadmin viewer \
            treasurer bookkeeper rider student_teacher faculty teller agronomist forester arborist lab_technician \
            sonographer anesthetist orderly counsellor chaperone chaplain booker promoter bouncer roadie department_head team_lead team_leader head_chef head_coach case_worker",
    ),
    (
        Sort::Shared,
        "tag label category author skill genre topic ingredient amenity keyword interest allergen certification \
            instructor-type",
    ),
    (
        Sort::Event,
        "appointment booking reservation order payment visit loan rental enrollment registration signup \
            subscription rating \
         review comment vote bid donation application attendance check_in rsvp favorite bookmark interview \
         interaction call \
         shift trip delivery shipment match game lesson session class prescription vaccination inspection submission \
         answer response refund transaction reply message purchase assignment order_item booking_request \
         completion swap offer quote estimate \
         referral lab_result stock_movement time_entry timesheet reading fuel_log maintenance_record daily_log \
         log sale pledge checkup watering feeding workout \
         practice rehearsal performance return exchange claim repair service_record test_drive viewing showing \
         observation measurement feedback",
    ),
    (
        Sort::Thing,
        "company organization account firm department team group household deal opportunity activity invoice \
            contract campaign \
         pipeline_stage proposal product item article variant cart cart_item coupon gift_card warehouse location \
         stock_level \
         purchase_order requisition approval service resource room table availability leave_request \
         waitlist_entry waitlist course \
         membership plan package medication intake_form form care_plan insurance_policy policy module quiz \
         question option exam \
         test assignment grade certificate project task todo subtask milestone document folder note checklist \
         checklist_item ticket \
         issue request case incident kb_article asset device equipment tool-item license software_license bug \
         feature_request invoice_item \
         line_item expense expense_report budget goal target receipt property listing building unit apartment \
         flat house lease inquiry \
         maintenance_request work_order job site vehicle car truck van bike bicycle boat motorcycle route stop \
         parcel package fuel_record event venue \
         ticket_type talk announcement post article story page poll survey survey_response conversation thread \
         invitation book copy magazine show podcast series episode playlist song album movie film pet animal dog \
         cat horse plant \
         tree garden bed plot crop field harvest tournament season league fixture goal card recipe menu menu_item \
         dish meal meal_plan restaurant habit \
         journal_entry entry exercise collection wine beer bottle machine part sensor sample batch lot barrel \
         hive vacancy \
         position opening job_posting offer performance_review role-record branch store clinic-record hospital \
         ward bed school-record classroom club chapter \
         gallery photo album shoot exhibit exhibition painting artwork artifact library-record shelf bin locker \
         key uniform costume instrument prop \
         permit inspection_report report violation claim_form evidence hearing matter statute shareholding stock \
         fund portfolio trade-record \
         slot spot bay stall desk timeslot time_slot calendar_event reminder_record followup follow_up board \
         column list-item card lane sprint release version epic \
         feature game level-item achievement badge reward coupon_code voucher prize raffle_ticket trail campsite \
         cabin tour excursion itinerary flight hotel \
         destination container shipment_line pallet supplier_order quotation tender bid_package change_order \
         punch_item defect observation risk complaint suggestion \
         control audit finding policy_document training certification-record shift_swap rota roster \
         schedule_entry payroll payslip bonus-record \
         prescription_item insurance claim-record household_member child infant kid chore allowance-entry bill \
         debt installment subscription_plan price_list bundle return_request wishlist wish gift registry \
         donation_drive fundraiser grant petition \
         signature-record scholarship thesis paper journal citation experiment specimen dataset instrument-record \
         reagent protocol run kiosk charger station \
         meter tariff outage panel inverter turbine well tank pump valve zone region area block lot-record \
         parcel-land survey-point",
    ),
];

/// Two names for one archetype: only one table when both occur and only one has fields.
const SYNONYMS: &str = "lead:prospect customer:client student:learner student:pupil teacher:instructor \
    employee:worker job:vacancy \
    supplier:vendor product:item property:listing ticket:issue appointment:booking booking:reservation post:article \
    candidate:applicant company:organization maintenance_request:issue maintenance_request:request \
    leave_request:request \
    leave_request:time_off practitioner:doctor patient:client recipe:dish apartment:flat session:lesson \
    inquiry:enquiry \
    order:purchase rating:review attendee:participant menu_item:dish ticket:request ticket:case vehicle:car \
    favorite:bookmark";

static SORTS: LazyLock<Table<Sort>> = LazyLock::new(|| {
    let mut sorts = Table::default();
    for (sort, names) in TABLE {
        for name in names.split_ascii_whitespace() {
            sorts.entry(name).or_insert(*sort);
        }
    }
    sorts
});

/// The archetype that a singular snake_case name is, by its whole name.
pub(crate) fn sort(name: &str) -> Option<Sort> {
    SORTS.get(name).copied()
}

/// Whether a name speaks of people.
pub(crate) fn is_person(name: &str) -> bool {
    let head = name.rsplit('_').next().unwrap_or(name);
    sort(name) == Some(Sort::Person) || sort(head) == Some(Sort::Person)
}

/// People that are kept as records, rather than only work with them.
const KEPT: &str = "customer client buyer shopper lead prospect contact member patient student learner pupil \
    guardian parent tenant \
    landlord donor candidate applicant supplier vendor guest subscriber player attendee participant passenger \
    resident \
    volunteer speaker author stylist driver beneficiary borrower renter trainee athlete swimmer camper child kid \
    employee";

/// Whether such people usually are kept as records.
pub(crate) fn is_kept(name: &str) -> bool {
    has(KEPT, name.rsplit('_').next().unwrap_or(name))
}

/// Whether a name speaks of people who work together: "warehouse team", "front office", "finance".
pub(crate) fn is_group(name: &str) -> bool {
    const DEPARTMENTS: &str = "reception finance hr accounting support sales marketing management operations it legal \
        logistics kitchen security dispatch housekeeping administration procurement purchasing payroll qa";
    has(DEPARTMENTS, name)
        || name
            .rsplit_once('_')
            .is_some_and(|(_, head)| has("team staff crew desk department office committee board", head))
}

/// Whether a name, "the office", stands for those who sit there when it is said what they may do.
pub(crate) fn is_seat(name: &str) -> bool {
    has(
        "office committee board warehouse lab laboratory workshop headquarters hq cfo ceo cto coo legal leadership",
        name,
    )
}

/// Whether such records act like people do: "companies post jobs".
pub(crate) fn is_party(name: &str) -> bool {
    has("company organization business agency restaurant school clinic charity nonprofit shelter", name)
}

/// Whether an unknown word looks like somebody who does something: "brewer", "stockist".
pub(crate) fn may_act(name: &str) -> bool {
    let head = name.rsplit('_').next().unwrap_or(name);
    let doer =
        head.len() > 4 && ["er", "or", "ist", "ian", "eer", "man", "woman"].iter().any(|ending| head.ends_with(ending));
    (doer || has("assistant attendant", head))
        && sort(head).is_none()
        && !has(
            "order center calendar register corner supper number paper letter folder tracker computer printer \
                poster chapter semester character newsletter container trailer charger meter layer sensor server \
                cover user human roman german water weather summer winter dinner offer buffer counter",
            head,
        )
}

/// Whether several things share one of these, so that "several" of them is many-to-many.
pub(crate) fn is_shared(name: &str) -> bool {
    TABLE.iter().any(|(sort, names)| *sort == Sort::Shared && has(names, name))
}

static SAME: LazyLock<Table<Vec<&'static str>>> = LazyLock::new(|| {
    let mut same: Table<Vec<&str>> = Table::default();
    for (a, b) in SYNONYMS.split_ascii_whitespace().filter_map(|pair| pair.split_once(':')) {
        same.entry(a).or_default().push(b);
        same.entry(b).or_default().push(a);
    }
    same
});

/// The names that may mean the same record.
pub(crate) fn synonyms(name: &str) -> &'static [&'static str] {
    SAME.get(name).map_or(&[], Vec::as_slice)
}

/// Whether two names may mean the same record.
pub(crate) fn same(a: &str, b: &str) -> bool {
    synonyms(a).contains(&b)
}

/// Every known word, for spelling repair.
pub(crate) fn all_words() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|(_, names)| names.split_ascii_whitespace())
}
