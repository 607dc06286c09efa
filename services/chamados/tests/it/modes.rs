//! The one story, in every mode and on both back-ends, word for word the same.

use chamados_testkit::{Sandbox, sandbox_suite};

use crate::story;

sandbox_suite!(embedded: AllInOne on SqliteMemory; the_story);
sandbox_suite!(all_in_one: AllInOne on PostgresRedis; the_story);
sandbox_suite!(split: Split on PostgresRedis; the_story);
sandbox_suite!(encrypted: Encrypted on PostgresRedis; the_story);
sandbox_suite!(replicated: Replicated on PostgresRedis; the_story);

/// Every mode is compared with the same file, and so with every other.
async fn the_story(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let transcript = story::tell(sandbox).await?;
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("the_story", transcript.text()));
    Ok(())
}
