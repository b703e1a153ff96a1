//! Ids, days and moments as text. Their length is known, so they are written without a memory of their own: a page has
//! dozens of them.

use std::fmt;

/// As long as the longest, an id.
const LONGEST: usize = 36;

/// Letters, digits and signs that need no escape anywhere.
#[derive(Clone, Copy)]
pub(super) struct Plain {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Plain {
    /// Lower case, with hyphens (RFC 9562 §4).
    pub(super) fn uuid(id: [u8; 16]) -> Plain {
        let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
        id.iter().enumerate().fold(Plain::empty(), |text, (place, byte)| {
            let text = if matches!(place, 4 | 6 | 8 | 10) { text.then(b'-') } else { text };
            text.then(digit(byte >> 4)).then(digit(byte & 15))
        })
    }

    pub(super) fn empty() -> Plain {
        Plain { bytes: [0; LONGEST], length: 0 }
    }

    pub(super) fn then(mut self, letter: u8) -> Plain {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = letter;
            self.length += 1;
        }
        self
    }

    /// The last `count` digits of a number, with zeros before.
    pub(super) fn digits(self, number: i64, count: u32) -> Plain {
        (0..count).rev().fold(self, |text, place| {
            let digit = number.unsigned_abs() / 10_u64.pow(place) % 10;
            text.then(b'0' + u8::try_from(digit).unwrap_or_default())
        })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(std::str::from_utf8(self.as_bytes()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Plain;

    #[test]
    fn ids_and_numbers() {
        let id = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10];
        assert_eq!(Plain::uuid(id).to_string(), "01234567-89ab-cdef-fedc-ba9876543210");
        for (number, count, text) in
            [(7, 2, "07"), (0, 1, "0"), (123_456, 6, "123456"), (5, 6, "000005"), (2026, 4, "2026")]
        {
            assert_eq!(Plain::empty().digits(number, count).to_string(), text);
        }
        let longer = Plain::uuid(id).digits(1, 9);
        assert_eq!(longer.to_string(), Plain::uuid(id).to_string(), "what does not fit is no reason to panic");
    }
}
