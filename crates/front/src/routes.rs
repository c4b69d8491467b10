//! Everything this server can do.

use deployment::Operation as Keepwell;
use http::HeaderMap;
use kms::Operation as Kms;
use secretsmanager::Operation as SecretsManager;

/// What a request is for, before anybody believes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    SecretsManager(SecretsManager),
    Kms(Kms),
    Keepwell(Keepwell),
}

/// Reads the target of an awsJson request. Targets are case-sensitive.
pub(crate) fn route(headers: &HeaderMap) -> Option<Route> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    if let Some(own) = target.strip_prefix("Keepwell.") {
        return Keepwell::parse(own).map(Route::Keepwell);
    }
    if let Some(name) = target.strip_prefix("TrentService.") {
        return Kms::parse(name).map(Route::Kms);
    }
    Some(match target {
        "secretsmanager.BatchGetSecretValue" => Route::SecretsManager(SecretsManager::BatchGetSecretValue),
        "secretsmanager.CreateSecret" => Route::SecretsManager(SecretsManager::CreateSecret),
        "secretsmanager.DeleteResourcePolicy" => Route::SecretsManager(SecretsManager::DeleteResourcePolicy),
        "secretsmanager.DeleteSecret" => Route::SecretsManager(SecretsManager::DeleteSecret),
        "secretsmanager.DescribeSecret" => Route::SecretsManager(SecretsManager::DescribeSecret),
        "secretsmanager.GetRandomPassword" => Route::SecretsManager(SecretsManager::GetRandomPassword),
        "secretsmanager.GetResourcePolicy" => Route::SecretsManager(SecretsManager::GetResourcePolicy),
        "secretsmanager.GetSecretValue" => Route::SecretsManager(SecretsManager::GetSecretValue),
        "secretsmanager.ListResourcePolicies" => Route::SecretsManager(SecretsManager::ListResourcePolicies),
        "secretsmanager.ListSecretVersionIds" => Route::SecretsManager(SecretsManager::ListSecretVersionIds),
        "secretsmanager.ListSecrets" => Route::SecretsManager(SecretsManager::ListSecrets),
        "secretsmanager.PutResourcePolicy" => Route::SecretsManager(SecretsManager::PutResourcePolicy),
        "secretsmanager.PutSecretValue" => Route::SecretsManager(SecretsManager::PutSecretValue),
        "secretsmanager.RestoreSecret" => Route::SecretsManager(SecretsManager::RestoreSecret),
        "secretsmanager.TagResource" => Route::SecretsManager(SecretsManager::TagResource),
        "secretsmanager.UntagResource" => Route::SecretsManager(SecretsManager::UntagResource),
        "secretsmanager.UpdateSecret" => Route::SecretsManager(SecretsManager::UpdateSecret),
        "secretsmanager.UpdateSecretVersionStage" => Route::SecretsManager(SecretsManager::UpdateSecretVersionStage),
        "secretsmanager.ValidateResourcePolicy" => Route::SecretsManager(SecretsManager::ValidateResourcePolicy),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(target: &'static str) -> Option<Route> {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-target", http::HeaderValue::from_static(target));
        route(&headers)
    }

    #[test]
    fn every_operation_is_routed_by_its_own_name() {
        for operation in SecretsManager::ALL {
            let target = format!("secretsmanager.{}", operation.action().operation()).leak();
            assert_eq!(of(target), Some(Route::SecretsManager(*operation)));
        }
    }

    #[test]
    fn keepwell_s_own_operations_are_routed_under_its_own_prefix() {
        for operation in Keepwell::ALL {
            let target = format!("Keepwell.{}", operation.action().operation()).leak();
            assert_eq!(of(target), Some(Route::Keepwell(*operation)));
        }
        assert_eq!(of("Keepwell.GetSecretValue"), None);
    }

    #[test]
    fn kms_answers_to_the_name_of_its_first_days() {
        for operation in Kms::ALL {
            let target = format!("TrentService.{}", operation.action().operation()).leak();
            assert_eq!(of(target), Some(Route::Kms(*operation)));
        }
        assert_eq!(of("kms.DescribeKey"), None);
    }

    #[test]
    fn other_targets_are_not_routed() {
        for target in [
            "secretsmanager.getsecretvalue",
            "SecretsManager.GetSecretValue",
            "GetSecretValue",
            "",
            "secretsmanager.RotateSecret",
        ] {
            assert_eq!(of(target), None, "{target}");
        }
        assert_eq!(route(&HeaderMap::new()), None);
    }
}
