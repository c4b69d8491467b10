//! What an entry of a Resource element must look like.

use super::error::Fault;

/// What an IAM resource's last field may begin with.
const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// `*` as a partition is not documented, but AWS's own policies use it.
const PARTITIONS: [&str; 9] =
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc", "*"];

pub(super) fn check_resource(resource: &str) -> Result<(), Fault> {
    if resource == "*" {
        return Ok(());
    }
    let mut fields = resource.splitn(6, ':');
    let (arn, partition) = (fields.next().unwrap_or_default(), fields.next());
    let Some(partition) = partition.filter(|_| arn == "arn") else {
        return Err(Fault::NoArn(resource.to_owned()));
    };
    let (service, region) = (fields.next(), fields.next());
    let (account, tail) = (fields.next(), fields.next());
    if !PARTITIONS.contains(&partition) {
        let or_any = |field: Option<&str>| field.filter(|field| !field.is_empty()).unwrap_or("*").to_owned();
        let (service, region, account) = (or_any(service), region.unwrap_or("*"), account.unwrap_or("*"));
        let arn = format!("arn:{partition}:{service}:{region}:{account}:{}", tail.unwrap_or("*"));
        return Err(Fault::Partition { partition: partition.to_owned(), arn });
    }
    let Some(service) = service.filter(|service| !service.contains(['*', '?'])) else {
        return Err(Fault::ResourceVendor);
    };
    let has_region = region.is_some_and(|region| !region.is_empty());
    match service {
        "iam" if has_region => Err(Fault::IamRegion(resource.to_owned())),
        "s3" if has_region => Err(Fault::S3Region(resource.to_owned())),
        "iam" if !tail.is_none_or(is_iam_path) => Err(Fault::IamPath),
        _ => Ok(()),
    }
}

fn is_iam_path(tail: &str) -> bool {
    tail == "*" || IAM_PATHS.iter().any(|path| tail.starts_with(path))
}
