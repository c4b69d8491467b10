use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::Offset;

const RFC_7231: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new();

/// The time of a signature, `YYYYMMDDTHHMMSSZ`, together with the instant it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AmzDate {
    text: [u8; 16],
    instant: Timestamp,
}

impl AmzDate {
    /// Reads ISO 8601 basic format in UTC, seconds included, and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text: [u8; 16] = text.as_bytes().try_into().ok()?;
        let [y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, i1, i2, s1, s2, b'Z'] = text else {
            return None;
        };
        let year = i16::from(two_digits(y1, y2)?) * 100 + i16::from(two_digits(y3, y4)?);
        let date_time = DateTime::new(
            year,
            two_digits(m1, m2)?,
            two_digits(d1, d2)?,
            two_digits(h1, h2)?,
            two_digits(i1, i2)?,
            two_digits(s1, s2)?,
            0,
        );
        let instant = Offset::UTC.to_timestamp(date_time.ok()?).ok()?;
        Some(Self { text, instant })
    }

    /// Reads a `Date` header, which may hold the basic format too.
    pub(crate) fn parse_http_date(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| Self::at(RFC_7231.parse_timestamp(text).ok()?))
    }

    /// The whole second `instant` lies in; none for years that do not have four digits.
    pub(crate) fn at(instant: Timestamp) -> Option<Self> {
        Self::parse(&basic_format(instant))
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// `YYYYMMDD`, which the credential scope must repeat.
    pub(crate) fn day(&self) -> &str {
        self.as_str().get(..8).unwrap_or_default()
    }

    pub(crate) fn instant(&self) -> Timestamp {
        self.instant
    }
}

/// `YYYYMMDDTHHMMSSZ`, fractions of the second cut off.
pub(crate) fn basic_format(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    if !(tens.is_ascii_digit() && ones.is_ascii_digit()) {
        return None;
    }
    i8::try_from((tens - b'0') * 10 + (ones - b'0')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_format_is_read_and_gives_text_day_and_instant() {
        let date = AmzDate::parse("20150830T123600Z").unwrap();
        assert_eq!(date.as_str(), "20150830T123600Z");
        assert_eq!(date.day(), "20150830");
        assert_eq!(date.instant(), "2015-08-30T12:36:00Z".parse().unwrap());
    }

    #[test]
    fn anything_but_basic_format_is_refused() {
        let wrong = [
            "",
            "201",
            "20150830",
            "2015-08-30T12:36:00Z",
            "20150830T123600",
            "20150830T123600z",
            "20150830t123600Z",
            "20150830T123600+0",
            "20150230T123600Z",
            "20151330T123600Z",
            "20150830T240000Z",
            "20150830T126000Z",
            "20150830T123660Z",
            "2015083OT123600Z",
            "+0150830T123600Z",
            "20150830T123600Z ",
            "２0150830T1236Z",
        ];
        for text in wrong {
            assert_eq!(AmzDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_http_date_becomes_basic_format() {
        let date = AmzDate::parse_http_date("Sun, 30 Aug 2015 12:36:00 GMT").unwrap();
        assert_eq!(date.as_str(), "20150830T123600Z");
        assert_eq!(AmzDate::parse_http_date("20150830T123600Z"), Some(date));
        assert_eq!(AmzDate::parse_http_date("yesterday"), None);
    }

    #[test]
    fn an_instant_is_written_in_whole_seconds() {
        let date = AmzDate::at("2015-08-30T12:36:00.999Z".parse().unwrap()).unwrap();
        assert_eq!(date.as_str(), "20150830T123600Z");
        assert_eq!(AmzDate::at(Timestamp::MIN), None);
    }
}
