//! Files in a bucket that speaks S3, on a real server of that kind: the same as in a directory.

use std::time::Duration;

use chamados_chassis::config::SecretSource;
use chamados_testkit::{Bucket, TestDatabase, eventually};
use chamados_ticket::{BucketConfig, Config};
use tonic::Code;

use crate::{
    attachments::{begin, delete, download, upload},
    support::Desk,
};

const MEBIBYTE: usize = 1024 * 1024;
/// How long to wait for what happens by itself.
const LIMIT: Duration = Duration::from_secs(30);

async fn desk(database: &TestDatabase, bucket: &Bucket) -> Desk {
    let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    let bucket = BucketConfig {
        name: bucket.name().to_owned(),
        region: "sa-east-1".to_owned(),
        endpoint: Some(bucket.endpoint()),
        access_key_id: "tests".to_owned(),
        secret_access_key: SecretSource { value: Some("of no worth".into()), file: None },
    };
    let config = Config { attachment_bucket: Some(bucket), ..Config::default() };
    Desk::open_with(database, config).await.unwrap()
}

/// Bytes that no two places of the file share.
fn bytes(length: usize) -> Vec<u8> {
    (0..length as u64 / 8).flat_map(u64::to_le_bytes).collect()
}

#[tokio::test]
async fn files_come_back_from_a_bucket_and_go() {
    let bucket = Bucket::start().await.unwrap();
    let database = TestDatabase::sqlite().unwrap();
    let desk = desk(&database, &bucket).await;
    let agent = desk.agent();
    // In one piece, and in parts.
    for length in [MEBIBYTE, 12 * MEBIBYTE] {
        let sent = bytes(length);
        let file = upload(&desk, &agent, "notes.txt", &sent).await.unwrap();
        let (_, read) = download(&desk, &agent, &file.id).await.unwrap();
        assert!(read == sent, "{length} bytes");
        assert_eq!(bucket.contents().unwrap(), (1, 0));
        delete(&desk, &agent, &file.id).await.unwrap();
        assert_eq!(bucket.contents().unwrap(), (0, 0));
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing_in_a_bucket() {
    let bucket = Bucket::start().await.unwrap();
    let database = TestDatabase::sqlite().unwrap();
    let desk = desk(&database, &bucket).await;
    let agent = desk.agent();
    let upload = begin(&desk, &agent, &bytes(12 * MEBIBYTE)).await.unwrap();
    let holds = async |contents| (bucket.contents().unwrap() == contents).then_some(());
    eventually(LIMIT, "an upload in parts has begun", async || holds((0, 1)).await).await;
    drop(upload);
    eventually(LIMIT, "the parts are gone", async || holds((0, 0)).await).await;
}

#[tokio::test]
async fn a_bucket_that_is_away_is_told_and_nothing_pretends() {
    let mut bucket = Bucket::start().await.unwrap();
    let database = TestDatabase::sqlite().unwrap();
    let desk = desk(&database, &bucket).await;
    let agent = desk.agent();
    let file = upload(&desk, &agent, "notes.txt", b"kept").await.unwrap();
    bucket.kill().unwrap();
    let refused = upload(&desk, &agent, "more.txt", b"not kept").await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    let refused = download(&desk, &agent, &file.id).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
}
