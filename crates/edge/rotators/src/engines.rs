//! Which rotators there are.

use crate::{
    catalogue::Catalogue,
    http_rotator::HttpRotator,
    key_pairs::{KeyPairKind, KeyPairRotator},
    redis::{AlternatingRedisUsers, Redis, SingleRedisUser},
    settings::RotatorSettings,
};

/// All of them, under the names of AWS's functions or, where AWS has none, under names of keepwell's own.
pub(crate) fn all(settings: &RotatorSettings) -> Catalogue {
    let mut catalogue = Catalogue::new();
    add_redis(&mut catalogue);
    add_keys(&mut catalogue, settings);
    catalogue
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
