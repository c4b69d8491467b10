//! The patterns of the model.
//!
//! What a library can read is compiled from the model's own text, when it is first asked for. It does not look around
//! itself, nor know the classes of Unicode without tables that nobody else needs: those are decided by hand.

use std::sync::LazyLock;

use regex::Regex;
use shape::Pattern;
use shape::characters::is_letter_separator_or_number;

macro_rules! patterns {
    ($( $name:ident = $text:literal; )*) => {
        $(
            pub(super) const $name: Pattern = Pattern {
                text: $text,
                holds: |text| {
                    static COMPILED: LazyLock<Option<Regex>> = LazyLock::new(|| compiled($text));
                    // What cannot be read never holds. A test sees that all can be.
                    COMPILED.as_ref().is_some_and(|pattern| pattern.is_match(text))
                },
            };
        )*

        #[cfg(test)]
        const COMPILED: &[&str] = &[$( $text, )*];
    };
}

patterns! {
    ACTION = r"(lambda:[*]|lambda:[a-zA-Z]+|[*])";
    ANY_ARN = r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)";
    ANY_ARN_OR_NONE = r"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()";
    CAPACITY_PROVIDER_ARN = r"arn:aws[a-zA-Z-]*:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:capacity-provider:[a-zA-Z0-9-_]+";
    CODE_SIGNING_CONFIG_ARN = r"arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:code-signing-config:csc-[a-z0-9]{17}";
    DIGITS = r"[0-9]+";
    DURABLE_EXECUTION_ARN = r"arn:([a-zA-Z0-9-]+):lambda:([a-zA-Z0-9-]+):(\d{12}):function:([a-zA-Z0-9_-]+):(\$LATEST(?:\.PUBLISHED)?|[0-9]+)/durable-execution/([a-zA-Z0-9_-]+)/([a-zA-Z0-9_-]+)";
    ENVIRONMENT_VARIABLE_NAME = r"[a-zA-Z]([a-zA-Z0-9_])+";
    EVENT_SOURCE_TOKEN = r"[a-zA-Z0-9._\-]+";
    FILE_SYSTEM_ARN = r"arn:aws[a-zA-Z-]*:elasticfilesystem:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:access-point/fsap-[a-f0-9]{17}$|^arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system/fs-[0-9a-f]{17,40}/access-point/fsap-[0-9a-f]{17,40}";
    FUNCTION_ARN = r"arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?";
    FUNCTION_NAME = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?";
    FUNCTION_RUNTIME_ARN = r"arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:runtime/.+";
    LAYER_VERSION_ARN = r"((arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+))";
    LOCAL_MOUNT_PATH = r"/mnt/[a-zA-Z0-9-_.]+";
    LOG_GROUP = r"[\.\-_/#A-Za-z0-9]+";
    MASTER_REGION = r"ALL|(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}";
    NAME = r"[a-zA-Z0-9-_]+";
    NAMESPACED_FUNCTION_ARN = r"arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:function:[a-zA-Z0-9-_\.]+(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
    NAMESPACED_FUNCTION_NAME = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
    NAMESPACED_STATEMENT_ID = r"([a-zA-Z0-9-_.]+)";
    PRINCIPAL_ORG_ID = r"o-[a-z0-9]{10,32}";
    QUALIFIER = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";
    ROLE_ARN = r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+";
    RUNTIME_VERSION_ARN = r"((arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}::runtime:.+)|(arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:runtime/[A-Za-z0-9_.-]{1,128}/version/[A-Za-z0-9_.-]{1,128}))";
    SECURITY_GROUP_ID = r"sg-[0-9a-zA-Z]*";
    SOURCE_OWNER = r"\d{12}";
    STATEMENT_ID = r"([a-zA-Z0-9-_]+)";
    SUBNET_ID = r"subnet-[0-9a-z]*";
    TAGGABLE_RESOURCE = r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|(capacity-provider|network-connector):[a-zA-Z0-9-_]{1,64})";
    TAGS_ERROR_CODE = r"[A-Za-z]+Exception";
    TENANT_ID = r"[a-zA-Z0-9\._:\/=+\-@ ]+";
    UNQUALIFIED_FUNCTION_NAME = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)";
    VERSION = r"(\$LATEST|[0-9]+)";
    VERSION_WITH_LATEST_PUBLISHED = r"(\$LATEST(\.PUBLISHED)?|[0-9]+)";
    WORD = r"[^\s]+";
}

pub(super) const LINE: Pattern = Pattern { text: r".*", holds: is_line };
pub(super) const ALIAS: Pattern = Pattern { text: r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)", holds: is_alias };
pub(super) const S3_BUCKET: Pattern = Pattern { text: r"[0-9A-Za-z\.\-_]*(?<!\.)", holds: is_bucket };
pub(super) const TAG: Pattern = Pattern { text: r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", holds: is_tag };

/// A pattern as the service reads it: it means the whole text, digits and blanks are ASCII, and a point is none of what
/// ends a line.
fn compiled(pattern: &str) -> Option<Regex> {
    const IN_LINE: &str = r"[^\n\r\u{85}\u{2028}\u{2029}]";
    let spelled = pattern
        .replace(r"\d", "[0-9]")
        .replace(r"[^\s]", r"[^ \t\n\x0B\x0C\r]")
        .replace(".*", &format!("{IN_LINE}*"))
        .replace(".+", &format!("{IN_LINE}+"));
    Regex::new(&format!("^(?:{spelled})$")).ok()
}

fn is_line(text: &str) -> bool {
    !text.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

/// A name that is no number.
fn is_alias(text: &str) -> bool {
    let is_named = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_named && !text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_bucket(text: &str) -> bool {
    let is_named = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    is_named && !text.ends_with('.')
}

fn is_tag(text: &str) -> bool {
    text.chars().all(|character| is_letter_separator_or_number(character) || "_.:/=+-@".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_can_be_read() {
        for pattern in COMPILED {
            assert!(compiled(pattern).is_some(), "{pattern}");
        }
    }

    #[test]
    fn a_function_has_many_names() {
        for name in [
            "rotate",
            "111122223333:function:rotate",
            "111122223333:rotate:live",
            "arn:aws:lambda:us-east-1:111122223333:function:rotate",
            "arn:aws:lambda:us-east-1:111122223333:function:rotate:$LATEST",
            "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:rotate:7",
            "function:Ro-ta_te:live",
        ] {
            assert!((FUNCTION_NAME.holds)(name), "{name}");
            assert!((NAMESPACED_FUNCTION_NAME.holds)(name), "{name}");
        }
        for other in
            ["", "a b", "rotate:", "arn:aws:lambda:us-east-1:٣11122223333:function:rotate", "rotate\n", "a/b", "ü"]
        {
            assert!(!(FUNCTION_NAME.holds)(other), "{other:?}");
            assert!(!(NAMESPACED_FUNCTION_NAME.holds)(other), "{other:?}");
        }
        assert!((UNQUALIFIED_FUNCTION_NAME.holds)("rotate") && !(UNQUALIFIED_FUNCTION_NAME.holds)("rotate:$LATEST"));
    }

    #[test]
    fn a_word_has_no_blank_and_a_line_no_end() {
        assert!((WORD.holds)("index.handler") && (WORD.holds)("é"));
        assert!(!["", "a b", "a\tb", "a\nb"].into_iter().any(WORD.holds));
        assert!((LINE.holds)("") && (LINE.holds)("a b\t"));
        assert!(!["\n", "a\r", "\u{2028}"].into_iter().any(LINE.holds));
    }

    #[test]
    fn an_alias_is_a_name_and_no_number() {
        assert!(["live", "v1", "1a", "-"].into_iter().all(ALIAS.holds));
        assert!(!["", "1", "12", "a b", "$LATEST", "a.b"].into_iter().any(ALIAS.holds));
    }

    #[test]
    fn a_bucket_does_not_end_in_a_point() {
        assert!(["", "my.bucket", "a-b_c"].into_iter().all(S3_BUCKET.holds));
        assert!(!["a.", "a/b", "ü"].into_iter().any(S3_BUCKET.holds));
    }

    #[test]
    fn a_role_is_told_by_its_arn() {
        assert!((ROLE_ARN.holds)("arn:aws:iam::111122223333:role/service-role/Rotates"));
        assert!(!(ROLE_ARN.holds)("arn:aws:iam::111122223333:user/Rotates"));
        assert!((ANY_ARN_OR_NONE.holds)("") && (ANY_ARN_OR_NONE.holds)("arn:aws:kms:us-east-1:1:key/2"));
        assert!(!(ANY_ARN_OR_NONE.holds)("key/2"));
    }

    #[test]
    fn a_file_system_is_one_of_two_kinds() {
        let points = "0123456789abcdef0";
        for arn in [
            format!("arn:aws:elasticfilesystem:us-east-1:111122223333:access-point/fsap-{points}"),
            format!("arn:aws:s3files:us-east-1:111122223333:file-system/fs-{points}/access-point/fsap-{points}"),
        ] {
            assert!((FILE_SYSTEM_ARN.holds)(&arn), "{arn}");
            assert!(!(FILE_SYSTEM_ARN.holds)(&format!("{arn}/")), "{arn}");
            assert!(!(FILE_SYSTEM_ARN.holds)(&format!("x{arn}")), "{arn}");
        }
    }
}
