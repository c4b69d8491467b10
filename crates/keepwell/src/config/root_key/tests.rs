use super::*;

fn none() -> RootKey {
    RootKey {
        custody: None,
        file: None,
        fd: None,
        passphrase_fd: None,
        pkcs11_module: None,
        pkcs11_token: None,
        pkcs11_key: None,
        pkcs11_pin_file: None,
        pkcs11_pin_fd: None,
        kms_key_id: None,
        kms_region: None,
        kms_endpoint: None,
        kms_ca_bundle: None,
        kms_credentials_file: None,
        kms_profile: "default".to_owned(),
    }
}

fn choose(settings: RootKey, credential: Option<&str>) -> Result<Keeper, String> {
    let chosen = RootKeyConfig::choose(settings, Path::new("/var/lib/keepwell/"), credential.map(PathBuf::from));
    chosen.map(|config| config.keeper)
}

fn held(file: Option<&str>, fd: Option<u32>, credential: Option<&str>) -> Result<Keeper, String> {
    choose(RootKey { file: file.map(PathBuf::from), fd, ..none() }, credential)
}

fn of(custody: Custody) -> RootKey {
    RootKey { custody: Some(custody), ..none() }
}

#[test]
fn the_key_is_the_data_folders_sibling_unless_told_otherwise() {
    let is = |source| Ok(Keeper::Held(source));
    assert_eq!(held(None, None, None), is(RootKeySource::File("/var/lib/keepwell.key".into())));
    assert_eq!(
        held(None, None, Some("/run/c/root-key")),
        is(RootKeySource::Credential(Some("/run/c/root-key".into())))
    );
    assert_eq!(held(Some("/k"), None, Some("/run/c/root-key")), is(RootKeySource::File("/k".into())));
    assert_eq!(held(None, Some(3), Some("/run/c/root-key")), is(RootKeySource::Descriptor(3)));
}

#[test]
fn two_sources_or_a_standard_stream_are_refused() {
    assert!(held(Some("/k"), Some(3), None).is_err());
    assert!(held(None, Some(0), None).is_err());
    assert!(choose(RootKey { passphrase_fd: Some(2), ..of(Custody::Passphrase) }, None).is_err());
    assert!(RootKeyConfig::choose(none(), Path::new("/"), None).is_err());
    assert!(RootKeyConfig::choose(none(), Path::new(".."), None).is_err());
}

#[test]
fn a_custody_that_is_named_is_the_one_whatever_else_there_is() {
    let beside = RootKey { file: Some("/k".into()), fd: Some(3), ..none() };
    for (custody, keeper) in [
        (Custody::File, Keeper::Held(RootKeySource::File("/k".into()))),
        (Custody::Descriptor, Keeper::Held(RootKeySource::Descriptor(3))),
        (Custody::SystemdCredential, Keeper::Held(RootKeySource::Credential(Some("/run/c/root-key".into())))),
        (Custody::Passphrase, Keeper::Passphrase),
        (Custody::Shares, Keeper::Shares),
    ] {
        let settings = RootKey { custody: Some(custody), ..beside.clone() };
        assert_eq!(choose(settings, Some("/run/c/root-key")), Ok(keeper));
    }
    assert_eq!(choose(of(Custody::SystemdCredential), None), Ok(Keeper::Held(RootKeySource::Credential(None))));
}

#[test]
fn a_custody_without_its_settings_is_refused_by_their_names() {
    let refusal = choose(of(Custody::Pkcs11), None).unwrap_err();
    for key in ["root_key.pkcs11_module", "root_key.pkcs11_token", "root_key.pkcs11_key", "root_key.pkcs11_pin_file"] {
        assert!(refusal.contains(key), "{refusal}");
    }
    let refusal = choose(of(Custody::AwsKms), None).unwrap_err();
    for key in ["root_key.kms_key_id", "root_key.kms_region", "root_key.kms_credentials_file"] {
        assert!(refusal.contains(key), "{refusal}");
    }
    assert!(choose(of(Custody::Descriptor), None).unwrap_err().contains("root_key.fd"));
}

#[test]
fn settings_of_another_custody_may_stand_ready() {
    let settings = RootKey {
        pkcs11_module: Some("/m.so".into()),
        pkcs11_token: Some("t".to_owned()),
        pkcs11_key: Some("k".to_owned()),
        pkcs11_pin_fd: Some(5),
        ..none()
    };
    assert!(matches!(choose(settings.clone(), None), Ok(Keeper::Held(RootKeySource::File(_)))));
    assert_eq!(choose(RootKey { custody: Some(Custody::Pkcs11), ..settings.clone() }, None), Ok(Keeper::Pkcs11));
    let both = RootKey { custody: Some(Custody::Pkcs11), pkcs11_pin_file: Some("/pin".into()), ..settings };
    assert!(choose(both, None).unwrap_err().contains("exclude each other"));
}

#[test]
fn every_custody_is_read_as_it_is_written() {
    for custody in Custody::ALL {
        assert_eq!(Custody::parse(custody.as_str()), Ok(custody));
    }
    assert!(Custody::parse("fiel").unwrap_err().contains("aws-kms"));
}
