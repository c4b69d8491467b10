use contract::{RotationRules, Tag};
use facades::AdoptedSecret;
use gate::{RequestTags, Target};
use policy::Resource;
use serde::Serialize;
use terms::SecretBytes;
use trail::Recorded;

use crate::{
    error::Error,
    room::Call,
    secrets::any_arn,
    shapes::{AdoptDatabaseRequest, AdoptDatabaseResponse},
};

/// Secrets of adopted databases are named so, as AWS names those that its services own.
const PREFIX: &str = "keepwell!";

/// Takes over the password of a database's user: it is kept in a secret that keepwell owns, and changed on schedule by a
/// rotator of the server's own. First it has to log in.
pub(crate) async fn adopt_database(
    call: &Call<'_>,
    ask: &AdoptDatabaseRequest,
) -> Result<Recorded<AdoptDatabaseResponse>, Error> {
    let tags = tags(ask);
    authorize(call, ask, &tags).await?;
    let engine = ask.engine.to_ascii_lowercase();
    let rotators = &call.room.rotators;
    let rotator = rotators
        .of_engine(&engine)
        .ok_or_else(|| Error::InvalidParameter(format!("There is no rotator for databases of the engine {engine}.")))?;
    let value = value(ask, &engine)?;
    rotators
        .log_in(rotator, &value)
        .await
        .map_err(|failed| Error::InvalidRequest(format!("The user cannot log in to the database: {}", failed.text)))?;

    let rules = rules(ask);
    let tags: Vec<(String, String)> = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    let adopted = AdoptedSecret {
        name: &ask.name,
        description: ask.description.as_deref(),
        kms_key_id: ask.kms_key_id.as_deref(),
        value: &value,
        rotator,
        rules: &rules,
        rotate_immediately: ask.rotate_immediately.unwrap_or(true),
        tags: &tags,
    };
    let made = call.room.managed_secrets.adopt(&call.further_context(), call.caller, &adopted).await?;
    let answer = AdoptDatabaseResponse { arn: Some(made.arn), name: Some(made.name), version_id: made.version_id };
    call.tell_change(answer).await
}

/// The secret is not there yet: policies see how its ARN will begin.
async fn authorize(call: &Call<'_>, ask: &AdoptDatabaseRequest, tags: &[Tag]) -> Result<(), Error> {
    let scope = call.caller.scope();
    let arn = any_arn(scope, &format!("{PREFIX}{}", ask.name));
    let resource = Resource::One { arn, account: scope.account, asked: ask.name.as_str().into() };
    let target = Target::new(&resource).with_request_tags(RequestTags::of(tags));
    call.authorize(call.action, &target).await?;
    Ok(())
}

fn tags(ask: &AdoptDatabaseRequest) -> Vec<Tag> {
    let tags = ask.tags.as_deref().unwrap_or_default().iter();
    tags.map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone().unwrap_or_default() }).collect()
}

fn rules(ask: &AdoptDatabaseRequest) -> RotationRules {
    let asked = ask.rotation_rules.clone().unwrap_or_default();
    RotationRules {
        automatically_after_days: asked.automatically_after_days,
        schedule_expression: asked.schedule_expression,
        duration: asked.duration,
    }
}

/// The JSON that the rotators know, with the members of AWS's templates.
#[derive(Serialize)]
struct Credentials<'a> {
    engine: &'a str,
    host: &'a str,
    username: &'a str,
    password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dbname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssl: Option<bool>,
}

fn value(ask: &AdoptDatabaseRequest, engine: &str) -> Result<SecretBytes, Error> {
    let unwritable = || Error::Internal("credentials cannot be written as JSON".to_owned());
    let password = str::from_utf8(ask.password.expose()).map_err(|_| unwritable())?;
    let credentials = Credentials {
        engine,
        host: &ask.host,
        username: &ask.username,
        password,
        port: ask.port,
        dbname: ask.database_name.as_deref(),
        ssl: ask.ssl,
    };
    // With room for all of it escaped, so that growing leaves no copy behind.
    let texts = [engine, &ask.host, &ask.username, password, ask.database_name.as_deref().unwrap_or_default()];
    let bytes_max = texts.iter().map(|text| text.len().saturating_mul(6)).sum::<usize>().saturating_add(256);
    let mut json = Vec::with_capacity(bytes_max);
    serde_json::to_writer(&mut json, &credentials).map_err(|_| unwritable())?;
    Ok(SecretBytes::new(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> AdoptDatabaseRequest {
        AdoptDatabaseRequest {
            name: "orders".to_owned(),
            engine: "Postgres".to_owned(),
            host: "db.example.com".to_owned(),
            username: "app".to_owned(),
            password: SecretBytes::copy_of("hünter\"2\u{1}".as_bytes()),
            ..AdoptDatabaseRequest::default()
        }
    }

    #[test]
    fn the_secret_is_what_the_rotators_know() {
        let text =
            |ask: &AdoptDatabaseRequest| String::from_utf8(value(ask, "postgres").unwrap().expose().to_vec()).unwrap();
        assert_eq!(
            text(&ask()),
            r#"{"engine":"postgres","host":"db.example.com","username":"app","password":"hünter\"2\u0001"}"#
        );
        let full = AdoptDatabaseRequest {
            port: Some(5433),
            database_name: Some("orders".to_owned()),
            ssl: Some(true),
            ..ask()
        };
        assert!(text(&full).ends_with(r#","port":5433,"dbname":"orders","ssl":true}"#), "{}", text(&full));
    }
}
