//! Which language a request is in: only English is read, and who wrote another is told which it seems to be.
//!
//! Sentences are told by the small words they are made of. A terse list has none, and field names are English in every
//! language ("Kunden (name, email)"): there the words for what businesses keep tell.

use std::sync::LazyLock;

use crate::lexicon::{Words, archetypes, fields, verbs, words, words_of};
use crate::scene::Scene;
use crate::tokens::{Kind, Token};

struct Language {
    name: &'static str,
    /// Words that it has many of and the others of this list have not.
    small: &'static str,
    /// What is kept and what is known of it, in words that are not English too.
    kept: &'static str,
}

const LANGUAGES: &[Language] = &[
    Language {
        name: "German",
        small: "der die das und mit für eine einen meine mir ich wir ist soll sollen nicht auch bitte von zu werden",
        kept: "kunde kunden termin termine rechnung rechnungen preis preise datum uhrzeit anschrift adresse telefon \
            telefonnummer geburtsdatum vorname nachname bestellung bestellungen artikel produkt produkte menge \
            lieferant lieferanten mitarbeiter buchung buchungen zahlung zahlungen betrag bezeichnung beschreibung \
            bemerkung anzahl auftrag aufträge angebot angebote verein mitglied mitglieder fahrzeug fahrzeuge \
            raum räume zimmer buch bücher schüler lehrer patienten arzt ort straße plz",
    },
    Language {
        name: "Spanish",
        small: "el los las una para con quiero necesito mis que y del por nuestro cada tienen hay sus aplicación",
        kept: "cliente clientes nombre apellido apellidos correo teléfono telefono dirección direccion fecha precio \
            precios producto productos cantidad pedido pedidos factura facturas cita citas estado empleado empleados \
            proveedor proveedores reserva reservas habitación habitaciones mesa mesas libro libros alumno alumnos \
            profesor profesores paciente pacientes pago pagos descripción descripcion usuario usuarios vehículo \
            tienda categoría categoria hora",
    },
    Language {
        name: "French",
        small: "le les des une pour avec je veux nous et mes leurs du dans chaque est qui une application sont",
        kept: "nom prénom prenom adresse téléphone telephone prix produit produits commande commandes facture factures \
            quantité quantite statut rendez-vous rdv réservation réservations livre livres élève élèves eleve eleves \
            professeur professeurs fournisseur fournisseurs employé employés paiement paiements montant chambre \
            chambres voiture voitures salle salles courriel magasin entreprise utilisateur utilisateurs",
    },
    Language {
        name: "Italian",
        small: "il gli una per con voglio vorrei la mia miei che di nostro ogni sono delle della e",
        kept: "cliente clienti nome cognome indirizzo telefono prezzo prezzi prodotto prodotti ordine ordini fattura \
            fatture quantità quantita stato appuntamento appuntamenti prenotazione prenotazioni libro libri studente \
            studenti insegnante fornitore fornitori dipendente dipendenti pagamento pagamenti importo camere \
            tavolo tavoli paziente pazienti utente utenti descrizione",
    },
    Language {
        name: "Portuguese",
        small: "os uma para com quero preciso meus meu que dos das e cada não são um sistema nosso",
        kept: "cliente clientes nome sobrenome endereço endereco telefone preço preco produto produtos pedido pedidos \
            fatura faturas quantidade estado agendamento agendamentos consulta consultas livro livros aluno alunos \
            professor professores fornecedor fornecedores funcionário funcionario pagamento pagamentos valor quarto \
            quartos mesa mesas paciente pacientes usuário usuario descrição descricao estoque",
    },
    Language {
        name: "Dutch",
        small: "de het een voor met ik wil mijn en van zijn niet ook wij onze elke heeft",
        kept: "klant klanten naam voornaam achternaam adres telefoon telefoonnummer prijs prijzen datum bestelling \
            bestellingen factuur facturen afspraak afspraken aantal boek boeken leerling leerlingen leraar \
            leverancier leveranciers medewerker medewerkers betaling betalingen bedrag kamer kamers \
            voertuig patiënt patiënten omschrijving voorraad leden",
    },
    Language {
        name: "Polish",
        small: "dla i z chcę moje nie jest oraz każdy aplikację są się w na",
        kept: "klient klienci imię imie nazwisko nazwa adres telefon cena ceny produkt produkty zamówienie zamówienia \
            faktura faktury ilość ilosc wizyta wizyty książka książki uczeń uczniowie nauczyciel dostawca dostawcy \
            pracownik pracownicy płatność kwota pokój pokoje pacjent pacjenci pojazd opis stan",
    },
    Language {
        name: "Turkish",
        small: "ve için bir istiyorum ile her benim bu olan müşteri",
        kept: "müşteriler isim soyad soyisim telefon adres fiyat tarih sipariş siparişler fatura faturalar ürün ürünler \
            randevu randevular adet kitap kitaplar öğrenci öğretmen tedarikçi çalışan ödeme tutar oda odalar hasta \
            hastalar araç açıklama",
    },
    Language {
        name: "Swedish",
        small: "och för jag vill att är inte vi våra varje som ett med kan",
        kept: "kund kunder namn förnamn efternamn adress telefonnummer pris priser beställning beställningar faktura \
            fakturor antal bokning bokningar bok böcker elev elever lärare leverantör anställd betalning belopp \
            patient fordon beskrivning",
    },
    Language {
        name: "Danish or Norwegian",
        small: "og jeg vil at er ikke vores hver som et med til av",
        kept: "kunde kunder navn fornavn etternavn adresse telefonnummer pris priser bestilling bestillinger faktura \
            fakturaer antall antal bøker bøger elev elever lærer leverandør ansatt betaling beløp \
            beskrivelse kjøretøy dato",
    },
    Language {
        name: "Romanian",
        small: "și pentru vreau să este sunt fiecare aplicație",
        kept: "clienți clienti nume prenume adresă adresa preț pret produse comandă comanda comenzi factură facturi \
            cantitate programare programări carte cărți elev elevi profesor furnizor angajat plată camere",
    },
    Language {
        name: "Indonesian or Malay",
        small: "dan untuk saya yang dengan tidak kami ingin setiap aplikasi buat",
        kept: "pelanggan nama alamat telepon harga tanggal pesanan produk jumlah faktur tagihan jadwal buku siswa guru \
            pemasok karyawan pembayaran kamar pasien kendaraan keterangan stok",
    },
];

/// So many of its words name a language.
const ENOUGH: usize = 2;
const SHORTEST: usize = 3;

/// English has about four function words in ten; lists have fewer, and known words instead.
pub(crate) fn is_english(scene: &Scene<'_>) -> bool {
    let words: Vec<&Token> = scene.tokens.iter().filter(|token| token.kind == Kind::Word).collect();
    if words.is_empty() {
        return true;
    }
    let ascii = words.iter().filter(|token| token.text.is_ascii()).count();
    let function = words.iter().filter(|token| words::is_function_word(&token.text)).count();
    let known = words.iter().filter(|token| is_known(token)).count();
    let said = ascii * 10 >= words.len() * 7 && (function * 100 >= words.len() * 15 || known * 100 >= words.len() * 35);
    said && !is_list_in_another(&words, function)
}

/// "Kunden (name, email), Termine (date, status)": more words of other languages than small words of English.
fn is_list_in_another(words: &[&Token], function: usize) -> bool {
    let mut other: Vec<&str> = words.iter().map(|token| token.text.as_str()).filter(|word| is_other(word)).collect();
    other.sort_unstable();
    other.dedup();
    other.len() >= ENOUGH && other.len() > function
}

/// Whether a word is one of another language, and none of English. Shorter ones are coordinates and initials as well.
fn is_other(word: &str) -> bool {
    if word.chars().count() < SHORTEST {
        return false;
    }
    static OTHERS: LazyLock<Words> =
        LazyLock::new(|| LANGUAGES.iter().flat_map(|one| [one.small, one.kept]).flat_map(words_of).collect());
    OTHERS.contains(word)
        && !words::is_function_word(word)
        && archetypes::sort(&crate::lemma::singular(word)).is_none()
        && verbs::lookup(word).is_none()
        && fields::guess(word).is_none()
        && fields::guess(&crate::lemma::singular(word)).is_none()
}

fn is_known(token: &Token) -> bool {
    words::is_function_word(&token.text)
        || fields::guess(&token.lemma).is_some()
        || archetypes::sort(&token.lemma).is_some()
        || verbs::lookup(&token.text).is_some()
        || words::is_app_head(&token.lemma)
}

/// The language, if it can be told.
pub(crate) fn of(text: &str) -> Option<&'static str> {
    script(text).or_else(|| by_words(text))
}

fn by_words(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let said: Vec<&str> =
        lower.split(|c: char| !c.is_alphabetic() && c != '-' && c != '\'').filter(|word| !word.is_empty()).collect();
    let of_it = |language: &Language, word: &str| {
        crate::lexicon::has(language.small, word) || crate::lexicon::has(language.kept, word)
    };
    let count = |language: &Language| said.iter().filter(|word| of_it(language, word)).count();
    let mut found: Vec<(usize, &str)> = LANGUAGES.iter().map(|one| (count(one), one.name)).collect();
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    match found.as_slice() {
        [(most, name), (next, _), ..] if *most >= ENOUGH && most > next => Some(*name),
        _ => None,
    }
}

/// By letters that no other language of note is written in.
fn script(text: &str) -> Option<&'static str> {
    let count = |is: fn(char) -> bool| text.chars().filter(|c| is(*c)).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let kana = count(|c| matches!(c, '\u{3040}'..='\u{30ff}'));
    let all = [
        ("Korean", count(|c| matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}'))),
        ("Russian or another language in Cyrillic letters", count(|c| matches!(c, '\u{400}'..='\u{4ff}'))),
        ("Arabic or another language in its letters", count(|c| matches!(c, '\u{600}'..='\u{6ff}'))),
        ("Hebrew", count(|c| matches!(c, '\u{590}'..='\u{5ff}'))),
        ("Greek", count(|c| matches!(c, '\u{370}'..='\u{3ff}'))),
        ("Hindi or another language in its letters", count(|c| matches!(c, '\u{900}'..='\u{97f}'))),
        ("Thai", count(|c| matches!(c, '\u{e00}'..='\u{e7f}'))),
        ("Japanese", if kana > 0 { kana + count(is_han) } else { 0 }),
        ("Chinese", if kana > 0 { 0 } else { count(is_han) }),
    ];
    all.into_iter().find(|(_, found)| *found > 1 && *found * 2 > letters).map(|(name, _)| name)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_request_in_another_language_is_told_which_it_seems_to_be() {
        for (request, language) in [
            ("Erstelle mir eine App für meine Praxis: Kunden mit Name und Telefon, Termine mit Datum", "German"),
            ("Quiero una aplicación para mi restaurante: mesas, reservas con fecha, clientes con nombre", "Spanish"),
            ("Je veux une application pour gérer mes clients: nom, téléphone, et leurs commandes", "French"),
            ("Voglio un'app per la mia palestra: membri con nome, email e abbonamento", "Italian"),
            ("Eu quero um sistema de estoque: produtos com nome, preço e quantidade", "Portuguese"),
            ("Ik wil een app voor mijn winkel met klanten en bestellingen", "Dutch"),
            ("我想要一个管理客户的系统，客户有姓名、电话和地址", "Chinese"),
            ("アプリを作ってください。顧客の名前と電話番号", "Japanese"),
            ("Мне нужно приложение для клиентов с именем и телефоном", "Russian"),
            ("أريد تطبيقا لإدارة العملاء", "Arabic"),
        ] {
            assert!(of(request).is_some_and(|found| found.starts_with(language)), "{request}: {:?}", of(request));
            let reading = crate::read(request);
            assert!(!reading.understood());
            assert!(reading.questions[0].text.starts_with(&format!("This looks like {language}")), "{reading:?}");
        }
        // Two words are of Spanish, Italian and Portuguese.
        for (request, language) in [
            ("Kunden (name, email, telefon), Termine (datum, status)", Some("German")),
            ("clientes: nombre, email, fecha. pedidos: total, status", Some("Spanish")),
            ("commandes (date, total, statut), produits (nom, prix)", Some("French")),
            ("Clienti: nome, email\nFatture: total, status", Some("Italian")),
            ("produtos: nome, preço, status", Some("Portuguese")),
            ("klanten (naam, email), afspraken (date, status)", Some("Dutch")),
            ("klienci (imię, email, telefon), faktury (total, status)", Some("Polish")),
            ("müşteriler (isim, email), randevular (date, status)", Some("Turkish")),
            ("kunder (namn, email), bokningar (date, status)", Some("Swedish")),
            ("pelanggan (nama, email), pesanan (total, status)", Some("Indonesian")),
            ("cliente (email, status), reserva (date)", None),
        ] {
            let reading = crate::read(request);
            assert!(!reading.understood(), "{request}");
            let text = &reading.questions[0].text;
            let seems = language.map_or("Only English".to_owned(), |name| format!("This looks like {name}"));
            assert!(text.starts_with(&seems) || language.is_none() && text.contains("nly English is read"), "{text}");
        }
        for request in [
            "Vans (plate, status), drivers (name, email)",
            "Wines: name, price, status, hectares of Merlot and of Riesling",
            "A Stammtisch has a name and a date. Kunden is what we call customers: name, email.",
            "menu du jour: dishes (name, price)",
        ] {
            assert!(crate::read(request).understood(), "{request}");
        }
        for request in ["", "x", "😀😀", "Boats have a name and a length.", "Kunden (name)"] {
            assert_eq!(of(request), None, "{request}");
        }
        assert!(crate::read("zxqv blorf").questions[0].text.starts_with("What should be kept?"));
    }
}
