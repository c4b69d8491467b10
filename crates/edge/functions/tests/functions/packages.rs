use std::io::{Cursor, Write};

use facades::{FunctionHost, HostError};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::stage::{Function, Stage};

type Writer = ZipWriter<Cursor<Vec<u8>>>;

#[tokio::test]
async fn a_package_is_looked_at_before_it_is_run() {
    let stage = Stage::new();
    let function = Function::python("def handler(event, context): return 1");
    let installed = stage.client.install(&function).await.unwrap();
    assert_eq!(installed.unpacked_bytes, 37);
    assert_eq!(stage.client.install(&function).await.unwrap(), installed);
    assert_eq!(stage.answer(&function, "{}").await, 1);
    stage.close().await;
}

#[tokio::test]
async fn packages_that_attack_are_refused_with_awss_texts() {
    let stage = Stage::new();
    let unreadable = "Could not unzip uploaded file. Please check your file, then try to upload again.";
    let too_large = "Unzipped size must be smaller than 262144000 bytes";
    let archive = |write: &dyn Fn(&mut Writer)| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        write(&mut writer);
        writer.finish().unwrap().into_inner()
    };
    let traversal = archive(&|writer| writer.start_file("../../escaped", SimpleFileOptions::default()).unwrap());
    let link = archive(&|writer| writer.add_symlink("link", "/etc", SimpleFileOptions::default()).unwrap());
    let bomb = archive(&|writer| {
        writer.start_file("bomb", SimpleFileOptions::default()).unwrap();
        for _ in 0..251 {
            writer.write_all(&vec![0; 1_048_576]).unwrap();
        }
    });
    assert!(bomb.len() < 1_000_000);
    for (archive, text) in
        [(b"garbage".to_vec(), unreadable), (traversal, unreadable), (link, unreadable), (bomb, too_large)]
    {
        let mut function = Function::python("");
        function.archive = archive.into();
        assert_eq!(stage.client.install(&function).await, Err(HostError::InvalidCode(text.to_owned())));
    }
    assert!(!stage.folder.path().join("escaped").exists());
    stage.close().await;
}

#[tokio::test]
async fn links_and_exec_bits_within_a_package_serve() {
    let stage = Stage::new();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("tools/hello", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
    writer.write_all(b"#!/bin/sh\necho hello\n").unwrap();
    writer.add_symlink("hello", "tools/hello", SimpleFileOptions::default()).unwrap();
    writer.start_file("app.py", SimpleFileOptions::default()).unwrap();
    writer
        .write_all(
            b"import subprocess\ndef handler(event, context): return subprocess.check_output(['./hello'], text=True)",
        )
        .unwrap();
    let mut function = Function::python("");
    function.archive = writer.finish().unwrap().into_inner().into();
    assert_eq!(stage.answer(&function, "{}").await, "hello\n");
    stage.close().await;
}
