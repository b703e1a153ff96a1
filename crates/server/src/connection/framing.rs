//! Where the body of an HTTP/1.1 request ends and the next head begins (RFC 9112 §6, §7.1).
//!
//! Nothing is decoded: hyper does that. The grammar of chunks is taken at its word, so that nobody can see another end.

/// A chunk's size and its extensions.
const MAX_SIZE_LINE: usize = 256;
const MAX_TRAILER_BYTES: usize = 4 * 1024;

/// What is left of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Framing {
    /// This many bytes.
    Length(u64),
    /// Chunks.
    Chunked(Chunks),
}

/// A place in a chunked body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunks {
    at: At,
    /// The size read so far, then what is left of the chunk.
    size: u64,
    /// Bytes of the present line, or of all trailers.
    line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Size,
    Extension,
    SizeEnd,
    Data,
    DataCr,
    DataLf,
    /// The start of a line of trailers, or of the last line.
    Trailer,
    TrailerText,
    TrailerLf,
    EndLf,
    Done,
}

/// Bytes that are no chunks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl Framing {
    pub(super) fn length(length: u64) -> Framing {
        Framing::Length(length)
    }

    pub(super) fn chunked() -> Framing {
        Framing::Chunked(Chunks { at: At::Size, size: 0, line: 0 })
    }

    pub(super) fn is_done(&self) -> bool {
        match self {
            Framing::Length(left) => *left == 0,
            Framing::Chunked(chunks) => chunks.at == At::Done,
        }
    }

    /// Goes on over bytes. How many of them belong to the body.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Result<usize, Malformed> {
        match self {
            Framing::Length(left) => {
                let taken = take(left, bytes.len());
                Ok(taken)
            }
            Framing::Chunked(chunks) => chunks.advance(bytes),
        }
    }
}

impl Chunks {
    fn advance(&mut self, bytes: &[u8]) -> Result<usize, Malformed> {
        let mut place = 0;
        while let Some(byte) = bytes.get(place).filter(|_| self.at != At::Done) {
            if self.at == At::Data {
                place += take(&mut self.size, bytes.len() - place);
                if self.size == 0 {
                    self.at = At::DataCr;
                }
                continue;
            }
            self.step(*byte)?;
            place += 1;
        }
        Ok(place)
    }

    fn step(&mut self, byte: u8) -> Result<(), Malformed> {
        self.line += 1;
        self.at = match (self.at, byte) {
            (At::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') if self.line <= 15 => {
                let digit = (byte as char).to_digit(16).unwrap_or_default();
                self.size = self.size * 16 + u64::from(digit);
                At::Size
            }
            (At::Size, b';') if self.line > 1 => At::Extension,
            (At::Size, b'\r') if self.line > 1 => At::SizeEnd,
            (At::Extension, b'\r') => At::SizeEnd,
            (At::Extension, _) if is_text(byte) && self.line <= MAX_SIZE_LINE => At::Extension,
            (At::SizeEnd, b'\n') => {
                self.line = 0;
                if self.size == 0 { At::Trailer } else { At::Data }
            }
            (At::DataCr, b'\r') => At::DataLf,
            (At::DataLf, b'\n') => {
                self.line = 0;
                At::Size
            }
            (At::Trailer, b'\r') => At::EndLf,
            (At::Trailer | At::TrailerText, _) if is_text(byte) && self.line <= MAX_TRAILER_BYTES => At::TrailerText,
            (At::TrailerText, b'\r') => At::TrailerLf,
            (At::TrailerLf, b'\n') => At::Trailer,
            (At::EndLf, b'\n') => At::Done,
            _ => return Err(Malformed),
        };
        Ok(())
    }
}

/// Takes as many as there are, at most what is left.
fn take(left: &mut u64, there: usize) -> usize {
    let taken = usize::try_from(*left).map_or(there, |left| left.min(there));
    *left -= taken as u64;
    taken
}

fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_end_where_they_say_however_they_come_in() {
        for (bytes, length) in [
            ("0\r\n\r\n", 5),
            ("0\r\n\r\nGET", 5),
            ("3\r\nabc\r\n0\r\n\r\nGET", 13),
            ("00a;x=\"y\"\r\n0123456789\r\n0\r\nx: y\r\nz: 1\r\n\r\nPOST", 40),
            ("2\r\n\r\n\r\n0\r\n\r\n", 12),
        ] {
            let mut whole = Framing::chunked();
            assert_eq!(whole.advance(bytes.as_bytes()), Ok(length), "{bytes:?}");
            assert!(whole.is_done());
            let mut single = Framing::chunked();
            let taken: usize = bytes.bytes().map(|byte| single.advance(&[byte]).unwrap()).sum();
            assert_eq!(taken, length, "{bytes:?}");
        }
    }

    #[test]
    fn what_another_reader_might_see_otherwise_is_malformed() {
        for bytes in [
            "\r\n",
            "x\r\n",
            "-1\r\n",
            "+1\r\n",
            " 1\r\n",
            "1 \r\n",
            "1\n",
            "0x1\r\n",
            "1\r\nab",
            "1\r\na\n",
            "0\r\n\n",
            "0\r\nx: y\n",
            "1;\n\r\n",
            "1;\0\r\n",
            "1000000000000000\r\n",
            "0\r\nx\ry",
        ] {
            assert_eq!(Framing::chunked().advance(bytes.as_bytes()), Err(Malformed), "{bytes:?}");
        }
        let long = format!("1;{}\r\n", "x".repeat(MAX_SIZE_LINE));
        assert_eq!(Framing::chunked().advance(long.as_bytes()), Err(Malformed));
        let many = format!("0\r\n{}", "x: y\r\n".repeat(MAX_TRAILER_BYTES));
        assert_eq!(Framing::chunked().advance(many.as_bytes()), Err(Malformed));
    }

    #[test]
    fn a_length_is_counted_down() {
        let mut framing = Framing::length(5);
        assert_eq!(framing.advance(b"abc"), Ok(3));
        assert!(!framing.is_done());
        assert_eq!(framing.advance(b"deGET"), Ok(2));
        assert!(framing.is_done());
    }
}
