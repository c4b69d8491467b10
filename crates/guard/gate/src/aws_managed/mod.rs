//! The managed policies that AWS keeps and tutorials name, with their own ids and versions.

use std::sync::LazyLock;

use contract::PolicyDocument;

/// One of AWS's managed policies. Nobody here can change it.
#[derive(Debug)]
pub struct AwsManagedPolicy {
    pub name: &'static str,
    pub path: &'static str,
    /// `ANPA…`, the same in every account.
    pub id: &'static str,
    pub description: &'static str,
    /// The number of the default version, such as 5 for `v5`.
    pub version: u32,
    /// `2015-02-06T18:40:46Z`
    pub created: &'static str,
    pub updated: &'static str,
    pub arn: String,
    document: PolicyDocument,
}

impl AwsManagedPolicy {
    pub fn document(&self) -> &PolicyDocument {
        &self.document
    }
}

/// All of them, by name.
pub fn all() -> &'static [AwsManagedPolicy] {
    &POLICIES
}

/// The one with this ARN.
pub fn policy(arn: &str) -> Option<&'static AwsManagedPolicy> {
    arn.strip_prefix(PREFIX)?;
    POLICIES.iter().find(|policy| policy.arn == arn)
}

const PREFIX: &str = "arn:aws:iam::aws:policy/";

macro_rules! policies {
    ($( $name:literal, $path:literal, $id:literal, v $version:literal, $created:literal, $updated:literal, $description:literal; )*) => {
        static POLICIES: LazyLock<Vec<AwsManagedPolicy>> = LazyLock::new(|| vec![$(
            AwsManagedPolicy {
                name: $name,
                path: $path,
                id: $id,
                description: $description,
                version: $version,
                created: $created,
                updated: $updated,
                arn: concat!("arn:aws:iam::aws:policy", $path, $name).to_owned(),
                document: PolicyDocument::new(include_str!(concat!($name, ".json"))),
            },
        )*]);
    };
}

policies! {
    "AdministratorAccess", "/", "ANPAIWMBCKSKIEE64ZLYK", v 1, "2015-02-06T18:39:46Z", "2015-02-06T18:39:46Z",
        "Provides full access to AWS services and resources.";
}
