//! The `traceparent` header (W3C Trace Context): which trace of the caller's a request is part of.

use http::HeaderMap;

const NAME: &str = "traceparent";

/// A header that is just what the standard says; any other counts as none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TraceParent {
    /// 32 hexadecimal digits.
    pub(crate) trace_id: String,
    /// 16 hexadecimal digits.
    pub(crate) parent_id: String,
    /// Whether the caller keeps its part of the trace.
    pub(crate) sampled: bool,
}

impl TraceParent {
    pub(crate) fn of(headers: &HeaderMap) -> Option<TraceParent> {
        let mut values = headers.get_all(NAME).iter();
        let only = values.next().filter(|_| values.next().is_none())?;
        TraceParent::parse(only.to_str().ok()?)
    }

    /// §3.2 of the standard. A later version may say more behind what this one knows.
    fn parse(text: &str) -> Option<TraceParent> {
        let mut parts = text.splitn(5, '-');
        let (version, trace_id, parent_id, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let more = parts.next().is_some();
        let known = is_hex(version, 2) && version != "ff" && (version != "00" || !more);
        let flags = u8::from_str_radix(flags, 16).ok().filter(|_| is_hex(flags, 2))?;
        (known && is_id(trace_id, 32) && is_id(parent_id, 16)).then(|| TraceParent {
            trace_id: trace_id.to_owned(),
            parent_id: parent_id.to_owned(),
            sampled: flags & 1 == 1,
        })
    }
}

fn is_id(text: &str, length: usize) -> bool {
    is_hex(text, length) && text.bytes().any(|byte| byte != b'0')
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn just_what_the_standard_says() {
        let sampled = TraceParent::parse(&format!("00-{TRACE}-00f067aa0ba902b7-01")).unwrap();
        assert_eq!((sampled.trace_id.as_str(), sampled.parent_id.as_str()), (TRACE, "00f067aa0ba902b7"));
        assert!(sampled.sampled);
        assert!(!TraceParent::parse(&format!("00-{TRACE}-00f067aa0ba902b7-00")).unwrap().sampled);
        assert!(TraceParent::parse(&format!("cc-{TRACE}-00f067aa0ba902b7-01-what-comes-later")).is_some());
        for wrong in [
            "",
            "00",
            &format!("00-{TRACE}-00f067aa0ba902b7"),
            &format!("00-{TRACE}-00f067aa0ba902b7-01-"),
            &format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
            &format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            &format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            &format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            &format!("00-{TRACE}-{}-01", "0".repeat(16)),
            &format!("00-{TRACE}-00f067aa0ba902b-01"),
            &format!("00-{TRACE}-00f067aa0ba902b7-+1"),
            &format!("00-{TRACE}\n-00f067aa0ba902b7-01"),
        ] {
            assert_eq!(TraceParent::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn two_headers_are_none() {
        let mut headers = HeaderMap::new();
        let value = format!("00-{TRACE}-00f067aa0ba902b7-01");
        headers.append(NAME, value.parse().unwrap());
        assert!(TraceParent::of(&headers).is_some());
        headers.append(NAME, value.parse().unwrap());
        assert_eq!(TraceParent::of(&headers), None);
    }
}
