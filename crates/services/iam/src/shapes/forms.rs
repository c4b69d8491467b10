//! Forms that several nouns share. AWS's names begin with a small letter here: `arnType` is [`ArnType`].

use shape::{Boolean, Integer, List, Text, Time};

use super::patterns::{
    ID, LATIN_1_LINE, NAME, NAME_TOLD, PATH, PATH_PREFIX, PATH_PREFIX_TOLD, PATH_TOLD, POLICY_DOCUMENT, POLICY_PATH,
    VERSION_ID,
};

shape::forms! {
    pub UserNameType: Text { min: 1, max: 64, pattern: NAME, pattern_told: NAME_TOLD }
    /// The name of a user who may be from a time of longer names.
    pub ExistingUserNameType: Text { min: 1, max: 128, pattern: NAME, pattern_told: NAME_TOLD }
    pub GroupNameType: Text { min: 1, max: 128, pattern: NAME, pattern_told: NAME_TOLD }
    pub RoleNameType: Text { min: 1, max: 64, pattern: NAME, pattern_told: NAME_TOLD }
    pub PolicyNameType: Text { min: 1, max: 128, pattern: NAME, pattern_told: NAME_TOLD }
    pub InstanceProfileNameType: Text { min: 1, max: 128, pattern: NAME, pattern_told: NAME_TOLD }

    pub PathType: Text { min: 1, max: 512, pattern: PATH, pattern_told: PATH_TOLD }
    pub PathPrefixType: Text { min: 1, max: 512, pattern: PATH_PREFIX, pattern_told: PATH_PREFIX_TOLD }
    pub PolicyPathType: Text { min: 1, max: 512, pattern: POLICY_PATH, pattern_told: PATH_TOLD }
    /// AWS's `policyPathType` where it is a prefix, of which IAM tells in other words.
    pub PolicyPathPrefixType: Text { min: 1, max: 512, pattern: POLICY_PATH, pattern_told: PATH_PREFIX_TOLD }

    pub ArnType: Text { min: 20, max: 2048 }
    pub IdType: Text { min: 16, max: 128, pattern: ID }
    pub AccessKeyIdType: Text { min: 16, max: 128, pattern: ID }
    pub PolicyVersionIdType: Text { pattern: VERSION_ID }
    pub PolicyDocumentType: Text { min: 1, max: 131_072, pattern: POLICY_DOCUMENT }
    pub PolicyNameListType: List<PolicyNameType> {}

    pub MarkerType: Text { min: 1, max: 320, pattern: LATIN_1_LINE }
    pub ResponseMarkerType: Text {}
    pub MaxItemsType: Integer { min: 1, max: 1000 }

    pub StringType: Text {}
    /// Every truth value; AWS has two names for them.
    pub BooleanType: Boolean {}
    pub DateType: Time {}
}
