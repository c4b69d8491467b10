//! Which rotators there are.

use crate::{
    alternating_users::AlternatingUsers,
    catalogue::Catalogue,
    http_rotator::HttpRotator,
    key_pairs::{KeyPairKind, KeyPairRotator},
    mongodb::MongoDb,
    mysql::MySql,
    postgres::Postgres,
    redis::{AlternatingRedisUsers, Redis, SingleRedisUser},
    settings::RotatorSettings,
    single_user::SingleUser,
    sqlserver::SqlServer,
};

/// All of them, under the names of AWS's functions or, where AWS has none, under names of keepwell's own.
pub(crate) fn all(settings: &RotatorSettings) -> Catalogue {
    let mut catalogue = Catalogue::new();
    add_postgres(&mut catalogue);
    add_mysql(&mut catalogue);
    add_sqlserver(&mut catalogue);
    add_mongodb(&mut catalogue);
    add_redis(&mut catalogue);
    add_keys(&mut catalogue, settings);
    catalogue
}

fn add_postgres(catalogue: &mut Catalogue) {
    let engines = &["postgres", "postgresql", "aurora-postgresql"];
    let single = |kind: Postgres| Box::new(SingleUser(Box::new(kind)));
    let alternating = |kind: Postgres| Box::new(AlternatingUsers(Box::new(kind)));
    catalogue.add("SecretsManagerRDSPostgreSQLRotationSingleUser", engines, single(Postgres::PostgreSql));
    catalogue.add("SecretsManagerRDSPostgreSQLRotationMultiUser", &[], alternating(Postgres::PostgreSql));
    catalogue.add("SecretsManagerRedshiftRotationSingleUser", &["redshift"], single(Postgres::Redshift));
    catalogue.add("SecretsManagerRedshiftRotationMultiUser", &[], alternating(Postgres::Redshift));
}

fn add_mysql(catalogue: &mut Catalogue) {
    let single = |kind: MySql| Box::new(SingleUser(Box::new(kind)));
    let alternating = |kind: MySql| Box::new(AlternatingUsers(Box::new(kind)));
    catalogue.add("SecretsManagerRDSMySQLRotationSingleUser", &["mysql", "aurora-mysql"], single(MySql::MySql));
    catalogue.add("SecretsManagerRDSMySQLRotationMultiUser", &[], alternating(MySql::MySql));
    catalogue.add("SecretsManagerRDSMariaDBRotationSingleUser", &["mariadb"], single(MySql::MariaDb));
    catalogue.add("SecretsManagerRDSMariaDBRotationMultiUser", &[], alternating(MySql::MariaDb));
}

fn add_sqlserver(catalogue: &mut Catalogue) {
    let (single, alternating) = (SingleUser(Box::new(SqlServer)), AlternatingUsers(Box::new(SqlServer)));
    catalogue.add("SecretsManagerRDSSQLServerRotationSingleUser", &["sqlserver"], Box::new(single));
    catalogue.add("SecretsManagerRDSSQLServerRotationMultiUser", &[], Box::new(alternating));
}

/// DocumentDB is one of them.
fn add_mongodb(catalogue: &mut Catalogue) {
    let (single, alternating) = (SingleUser(Box::new(MongoDb)), AlternatingUsers(Box::new(MongoDb)));
    catalogue.add("SecretsManagerMongoDBRotationSingleUser", &["mongo"], Box::new(single));
    catalogue.add("SecretsManagerMongoDBRotationMultiUser", &[], Box::new(alternating));
}

fn add_redis(catalogue: &mut Catalogue) {
    let redis = Redis { password_length: 32 };
    let single = |redis| Box::new(SingleRedisUser::new(redis));
    catalogue.add("SecretsManagerRedisRotationSingleUser", &["redis", "valkey"], single(redis));
    catalogue.add("SecretsManagerRedisRotationMultiUser", &[], Box::new(AlternatingRedisUsers::new(redis)));
    // AWS's function asks ElastiCache to change a user; this one asks the server at the secret's `host`.
    catalogue.add("SecretsManagerElasticacheUserRotation", &[], single(Redis { password_length: 20 }));
}

/// Keys without a database.
fn add_keys(catalogue: &mut Catalogue, settings: &RotatorSettings) {
    catalogue.add("KeepwellHttpRotation", &[], Box::new(HttpRotator(settings.http_targets.clone())));
    catalogue.add("KeepwellJwtKeyRotation", &[], Box::new(KeyPairRotator(KeyPairKind::Jwt)));
    catalogue.add("KeepwellSshKeyRotation", &[], Box::new(KeyPairRotator(KeyPairKind::Ssh)));
}
