//! Files out of a ZIP archive in memory: as much of the format as an archive has that is part of this program.
//!
//! There is no encryption, no ZIP64 and no checking of sums; a broken archive has no files.

use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// What the lists of the format begin with.
const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";

/// How long they are without what varies.
const ENTRY_BYTES: usize = 46;
const HEADER_BYTES: usize = 30;

/// How the content of a file is kept.
const STORED: usize = 0;
const DEFLATED: usize = 8;

/// The content of the file at this path below the one folder that the archive has.
pub fn file(archive: &[u8], path: &str) -> Option<Vec<u8>> {
    let end = archive.windows(END.len()).rposition(|bytes| bytes == END)?;
    let mut entries = archive.get(number::<4>(archive, end + 16)?..end)?;
    while entries.starts_with(ENTRY) {
        let name_end = ENTRY_BYTES + number::<2>(entries, 28)?;
        let name = std::str::from_utf8(entries.get(ENTRY_BYTES..name_end)?).ok()?;
        if name.split_once('/').is_some_and(|(_, below)| below == path) {
            return content(archive, entries);
        }
        entries = entries.get(name_end + number::<2>(entries, 30)? + number::<2>(entries, 32)?..)?;
    }
    None
}

/// The content of the first of these entries.
fn content(archive: &[u8], entry: &[u8]) -> Option<Vec<u8>> {
    let (packed, unpacked) = (number::<4>(entry, 20)?, number::<4>(entry, 24)?);
    let header = archive.get(number::<4>(entry, 42)?..)?;
    let start = HEADER_BYTES + number::<2>(header, 26)? + number::<2>(header, 28)?;
    let bytes = header.get(start..)?.get(..packed)?;
    let content = match number::<2>(entry, 10)? {
        STORED => bytes.to_vec(),
        DEFLATED => decompress_to_vec_with_limit(bytes, unpacked).ok()?,
        _ => return None,
    };
    (content.len() == unpacked).then_some(content)
}

/// A number of that many bytes, the lowest first.
fn number<const BYTES: usize>(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = bytes.get(at..)?.first_chunk::<BYTES>()?;
    Some(digits.iter().rev().fold(0, |number, digit| number << 8 | usize::from(*digit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED as ARCHIVE;

    #[test]
    fn a_file_is_found_below_the_one_folder_whether_deflated_or_stored() {
        let page = String::from_utf8(file(ARCHIVE, "dist/index.html").unwrap()).unwrap();
        assert!(page.starts_with("<!-- HTML") && page.trim_end().ends_with("</html>"), "{page}");
        assert!(file(ARCHIVE, "dist/favicon-32x32.png").unwrap().starts_with(b"\x89PNG"));
        for missing in ["index.html", "dist/", "dist/index.htm", "swagger-ui-5.32.6/dist/index.html", ""] {
            assert_eq!(file(ARCHIVE, missing).unwrap_or_default(), b"", "{missing}");
        }
    }

    #[test]
    fn a_broken_archive_has_no_files() {
        let end = ARCHIVE.windows(END.len()).rposition(|bytes| bytes == END).unwrap();
        let mut lost = ARCHIVE[end..].to_vec();
        assert_eq!(file(&lost, "dist/index.html"), None);
        lost[16..20].fill(0);
        assert_eq!(file(&lost, "dist/index.html"), None);
        assert_eq!(file(&ARCHIVE[..end], "dist/index.html"), None);
        assert_eq!(file(b"PK\x05\x06", "dist/index.html"), None);
        assert_eq!(file(b"", "dist/index.html"), None);
    }
}
