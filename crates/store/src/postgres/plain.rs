//! Ids, days and moments as text. Their length is known, so they are written into place, two signs at a time and without a
//! memory of their own: a page has dozens of them.

use std::fmt;

/// As long as the longest, an id.
const LONGEST: usize = 36;
/// Where the bytes of an id stand in its text.
const BYTES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const HEX: [[u8; 2]; 256] = pairs(b"0123456789abcdef", 16);
const DECIMAL: [[u8; 2]; 100] = pairs(b"0123456789", 10);

/// Letters, digits and signs that need no escape anywhere.
#[derive(Clone, Copy)]
pub(super) struct Plain {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Plain {
    /// Lower case, with hyphens (RFC 9562 §4).
    pub(super) fn uuid(id: [u8; 16]) -> Plain {
        let mut text = Plain::of("00000000-0000-0000-0000-000000000000");
        for (byte, place) in id.into_iter().zip(BYTES) {
            text.put(place, HEX[usize::from(byte)]);
        }
        text
    }

    /// A text whose digits are still to be put in.
    pub(super) fn of(form: &str) -> Plain {
        let mut text = Plain { bytes: [0; LONGEST], length: form.len().min(LONGEST) };
        text.bytes.iter_mut().zip(form.bytes()).for_each(|(place, sign)| *place = sign);
        text
    }

    /// The last two digits of a number.
    pub(super) fn digits(&mut self, place: usize, number: u32) {
        self.put(place, DECIMAL[(number % 100) as usize]);
    }

    fn put(&mut self, place: usize, pair: [u8; 2]) {
        if let Some(there) = self.bytes.get_mut(place..place + 2) {
            there.copy_from_slice(&pair);
        }
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

const fn pairs<const N: usize>(digits: &[u8], base: usize) -> [[u8; 2]; N] {
    let mut pairs = [[0; 2]; N];
    let mut number = 0;
    while number < N {
        pairs[number] = [digits[number / base], digits[number % base]];
        number += 1;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::Plain;

    #[test]
    fn ids_and_numbers() {
        let id = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10];
        assert_eq!(Plain::uuid(id).to_string(), "01234567-89ab-cdef-fedc-ba9876543210");
        for (number, text) in [(7, "a07b"), (0, "a00b"), (99, "a99b"), (123_456, "a56b")] {
            let mut plain = Plain::of("a--b");
            plain.digits(1, number);
            assert_eq!(plain.to_string(), text);
        }
        let mut longest = Plain::of(&"x".repeat(40));
        longest.digits(35, 7);
        assert_eq!(longest.to_string(), "x".repeat(36), "what does not fit is no reason to panic");
    }
}
