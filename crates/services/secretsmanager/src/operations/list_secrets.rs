use contract::{ListOrder, SecretRecord};
use shape::Structure;
use terms::Timestamp;
use trail::Recorded;

use crate::{
    error::Error,
    listing::{Walk, asked_filters, page},
    operations::describe_secret::{stages, tags},
    paging::Binding,
    room::Call,
    rotation::ShownRotation,
    shapes::{ListSecretsRequest, ListSecretsResponse, SecretListEntry, SortByType, SortOrderType},
};

const PAGE_SIZE_DEFAULT: usize = 100;

/// Lists the caller's secrets in the region, filtered and sorted.
pub(crate) async fn list_secrets(
    call: &Call<'_>,
    ask: &ListSecretsRequest,
) -> Result<Recorded<ListSecretsResponse>, Error> {
    let walk = Walk {
        filters: asked_filters(ask.filters.as_deref())?,
        order: order(ask.sort_by),
        descending: ask.sort_order == Some(SortOrderType::Desc),
        include_scheduled_deletion: ask.include_planned_deletion.unwrap_or(false),
        page_size: ask.max_results.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE_SIZE_DEFAULT),
        whole_names_first: ask.sort_by.is_none(),
    };
    let permit = call.authorize_every(call.action).await?;
    let found = page(call, &permit, &walk, ask.next_token.as_deref(), &binding(call, ask)).await?;
    let answer = ListSecretsResponse {
        secret_list: Some(found.secrets.iter().map(|secret| entry(secret, call.now())).collect()),
        next_token: found.next_token,
    };
    call.tell(None, answer).await
}

fn order(asked: Option<SortByType>) -> ListOrder {
    match asked {
        None | Some(SortByType::CreatedDate) => ListOrder::Created,
        Some(SortByType::LastChangedDate) => ListOrder::Changed,
        Some(SortByType::LastAccessedDate) => ListOrder::Accessed,
        Some(SortByType::Name) => ListOrder::Name,
    }
}

/// A token is good for the same filters and order; the page size may change.
fn binding(call: &Call<'_>, ask: &ListSecretsRequest) -> Binding {
    let mut parameters = Vec::new();
    ListSecretsRequest { next_token: None, max_results: None, ..ask.clone() }.record(&mut parameters);
    Binding::new(call.action.as_str(), call.caller, &parameters)
}

fn entry(secret: &SecretRecord, now: Timestamp) -> SecretListEntry {
    let rotation = ShownRotation::of(secret, now);
    SecretListEntry {
        arn: Some(secret.arn.to_string()),
        name: Some(secret.name.to_string()),
        description: secret.description.as_deref().map(str::to_owned),
        kms_key_id: secret.kms_key_id.as_deref().map(str::to_owned),
        r#type: secret.partner_type.as_deref().map(str::to_owned),
        rotation_enabled: rotation.enabled,
        rotation_lambda_arn: rotation.lambda_arn,
        rotation_rules: rotation.rules,
        last_rotated_date: rotation.last_rotated_date,
        next_rotation_date: rotation.next_rotation_date,
        owning_service: secret.owning_service.as_deref().map(str::to_owned),
        created_date: Some(secret.created_at),
        last_changed_date: Some(secret.changed_at),
        last_accessed_date: secret.accessed.day().map(terms::Day::start),
        deleted_date: secret.delete_at,
        tags: tags(secret),
        secret_versions_to_stages: stages(secret),
        // Replication and partners have not arrived: their members are absent.
        ..SecretListEntry::default()
    }
}
