//! Scenarios of EC2: which resources a simulation must name for them.

use crate::error::Error;

/// Each with the kinds of resources that it is about.
const SCENARIOS: &[(&str, &[&str])] = &[
    ("EC2-Classic-InstanceStore", &["instance", "image", "security-group"]),
    ("EC2-Classic-EBS", &["instance", "image", "security-group", "volume"]),
    ("EC2-VPC-InstanceStore", &["instance", "image", "security-group", "network-interface"]),
    ("EC2-VPC-InstanceStore-Subnet", &["instance", "image", "security-group", "network-interface", "subnet"]),
    ("EC2-VPC-EBS", &["instance", "image", "security-group", "network-interface", "volume"]),
    ("EC2-VPC-EBS-Subnet", &["instance", "image", "security-group", "network-interface", "subnet", "volume"]),
];

/// The texts are chosen.
pub(super) fn require_resources(scenario: &str, resources: &[&str]) -> Result<(), Error> {
    let known = SCENARIOS.iter().find(|(name, _)| *name == scenario);
    let (_, kinds) =
        known.ok_or_else(|| Error::InvalidInput(format!("Invalid resource handling option: {scenario}")))?;
    let is_named = |kind: &str| resources.iter().any(|arn| *arn == "*" || kind_of(arn) == Some(kind));
    match kinds.iter().find(|kind| !is_named(kind)) {
        None => Ok(()),
        Some(kind) => Err(Error::InvalidInput(format!("{scenario} must include a resource of type {kind}."))),
    }
}

/// `instance` of `arn:aws:ec2:us-east-1:123456789012:instance/*`
fn kind_of(arn: &str) -> Option<&str> {
    let resource = arn.strip_prefix("arn:")?.split(':').nth(4)?;
    resource.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_names_all_its_resources() {
        let arns = ["instance", "image", "security-group", "volume"]
            .map(|kind| format!("arn:aws:ec2:us-east-1:111122223333:{kind}/*"));
        let arns: Vec<&str> = arns.iter().map(String::as_str).collect();
        assert!(require_resources("EC2-Classic-EBS", &arns).is_ok());
        assert!(require_resources("EC2-Classic-EBS", &["*"]).is_ok());
        assert!(require_resources("EC2-VPC-EBS", &arns).is_err());
        assert!(require_resources("S3", &arns).is_err());
    }
}
