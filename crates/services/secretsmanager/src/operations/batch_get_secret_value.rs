use std::sync::Arc;

use contract::{ListOrder, Pick, SecretRecord, VersionRecord};
use policy::Action;
use seal::ValueKind;
use service::{JsonError, ServiceError};
use shape::Structure;
use terms::{EventId, SecretId};
use trail::{ApiCall, Failure, JsonObject, LinkedCalls, Recorded, RequestParameters, Subject};

use crate::{
    error::Error,
    listing::{Walk, asked_filters, page},
    operations::get_secret_value::{choose, labels},
    paging::Binding,
    room::{Call, require_live},
    shapes::{
        APIErrorType, BatchGetSecretValueRequest, BatchGetSecretValueResponse, GetSecretValueRequest, SecretValueEntry,
    },
};

const PAGE_SIZE_DEFAULT: usize = 20;
const GET_SECRET_VALUE: Action = Action::new("secretsmanager:GetSecretValue");
const LIST_SECRETS: Action = Action::new("secretsmanager:ListSecrets");

/// Reads the current values of several secrets: those that are named, or a page of those that filters find. One that
/// cannot be read becomes an entry among the errors and never fails the rest.
pub(crate) async fn batch_get_secret_value(
    call: &Call<'_>,
    ask: &BatchGetSecretValueRequest,
) -> Result<Recorded<BatchGetSecretValueResponse>, Error> {
    let (ids, next_token) = match (&ask.secret_id_list, &ask.filters) {
        (Some(_), Some(_)) | (None, None) => {
            return Err(Error::invalid_parameter("Either 'SecretIdList' or 'Filters' must be provided, but not both."));
        }
        (Some(_), None) if ask.max_results.is_some() => {
            return Err(Error::invalid_parameter(
                "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
            ));
        }
        // A token can only come from a page of filters.
        (Some(_), None) if ask.next_token.is_some() => return Err(Error::InvalidNextToken),
        (Some(ids), None) => {
            call.authorize_every(call.action).await?;
            (ids.clone(), None)
        }
        (None, Some(_)) => found_by_filters(call, ask).await?,
    };

    let mut reads = Vec::with_capacity(ids.len());
    for id in ids {
        let linked = LinkedCalls::new();
        let read = read_one(&call.with_linked(&linked), &id).await;
        // Rivals and full disks are no refusals of one secret: the call as a whole has failed.
        match read {
            Err(error @ (Error::Internal(_) | Error::Unrecorded(_) | Error::Conflict)) => return Err(error),
            read => reads.push(Read { id, event: EventId::random(&*call.room.entropy), read, linked }),
        }
    }
    let answer = BatchGetSecretValueResponse {
        secret_values: Some(reads.iter().filter_map(Read::value).collect()),
        errors: Some(reads.iter().filter_map(Read::refusal).collect()),
        next_token,
    };
    let messages: Vec<Option<String>> = reads.iter().map(Read::message).collect();
    let mut records = vec![(call.record(None), None)];
    records.extend(reads.iter().zip(&messages).map(|(read, message)| read.record(call, message.as_deref())));
    let answer = call.room.recorder.tell_all(&records, answer).await?;
    for read in &reads {
        if let Ok(Opened { secret, version, .. }) = &read.read {
            call.room.recorder.note_access(secret, version, call.now().day());
        }
    }
    Ok(answer)
}

/// One secret of the batch, read or refused. It has a record of its own, as if it had been read alone.
struct Read {
    id: String,
    event: EventId,
    read: Result<Opened, Error>,
    linked: LinkedCalls,
}

struct Opened {
    secret: Arc<SecretRecord>,
    version: Arc<VersionRecord>,
    value: (ValueKind, terms::SecretBytes),
}

async fn found_by_filters(
    call: &Call<'_>,
    ask: &BatchGetSecretValueRequest,
) -> Result<(Vec<String>, Option<String>), Error> {
    let walk = Walk {
        filters: asked_filters(ask.filters.as_deref())?,
        order: ListOrder::Created,
        descending: false,
        include_scheduled_deletion: false,
        page_size: ask.max_results.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE_SIZE_DEFAULT),
        whole_names_first: true,
    };
    call.authorize_every(call.action).await?;
    let permit = call.authorize_every(LIST_SECRETS).await?;
    let mut parameters = Vec::new();
    BatchGetSecretValueRequest { next_token: None, max_results: None, ..ask.clone() }.record(&mut parameters);
    let binding = Binding::new(call.action.as_str(), call.caller, &parameters);
    let found = page(call, &permit, &walk, ask.next_token.as_deref(), &binding).await?;
    Ok((found.secrets.iter().map(|secret| secret.arn.to_string()).collect(), found.next_token))
}

/// As if it were read alone, for policies too.
async fn read_one(call: &Call<'_>, id: &str) -> Result<Opened, Error> {
    let secret_id = SecretId::parse(id)?;
    let alone = GetSecretValueRequest { secret_id: id.to_owned(), ..GetSecretValueRequest::default() };
    let call = call.with_members(&alone);
    let found = call.find(&secret_id, id, Pick::Labelled).await?;
    let (permit, secret) = call.open_found(found, GET_SECRET_VALUE).await?;
    require_live(&secret)?;
    let (version, sealed) = choose(&secret, None, None)?;
    let value = call.unseal(&permit, &secret, &version.id, sealed).await?;
    let version = Arc::clone(version);
    Ok(Opened { secret, version, value })
}

impl Read {
    fn value(&self) -> Option<SecretValueEntry> {
        let Opened { secret, version, value } = self.read.as_ref().ok()?;
        let (text, binary) = match value {
            (ValueKind::String, text) => (Some(text.clone()), None),
            (ValueKind::Binary, binary) => (None, Some(binary.clone())),
        };
        Some(SecretValueEntry {
            arn: Some(secret.arn.to_string()),
            name: Some(secret.name.to_string()),
            version_id: Some(version.id.to_string()),
            secret_string: text,
            secret_binary: binary,
            version_stages: labels(version),
            created_date: Some(version.created_at),
        })
    }

    fn refusal(&self) -> Option<APIErrorType> {
        let error = self.read.as_ref().err()?;
        Some(APIErrorType {
            secret_id: Some(self.id.clone()),
            error_code: Some(error.code().to_owned()),
            message: error.message(),
        })
    }

    fn message(&self) -> Option<String> {
        self.read.as_ref().err().map(|error| error.message().unwrap_or_default())
    }

    fn record<'a>(&'a self, call: &'a Call<'_>, message: Option<&'a str>) -> (ApiCall<'a>, Option<Subject>) {
        let failure = self
            .read
            .as_ref()
            .err()
            .map(|error| Failure { code: error.trail_code(), message: message.unwrap_or_default() });
        let is_denied = self.read.as_ref().is_err_and(Error::is_denial);
        let record = ApiCall {
            event: self.event,
            action: GET_SECRET_VALUE,
            parameters: (!is_denied).then_some(self),
            failure,
            linked: &self.linked,
            ..call.record(None)
        };
        (record, self.read.as_ref().ok().map(|opened| Subject::seen(&opened.secret)))
    }
}

impl RequestParameters for Read {
    fn write(&self, out: &mut Vec<u8>) {
        JsonObject::begin(out).text("secretId", &self.id).end();
    }
}
