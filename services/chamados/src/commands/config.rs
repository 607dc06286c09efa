//! `chamados config …`.

use chamados::config::DEFAULTS;

use super::Settings;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Say whether the configuration can be used, and what is wrong with it
    Check(Settings),
    /// Print the configuration in force, secrets masked
    Print(Settings),
}

impl Command {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Check(settings) => {
                settings.load()?;
                println!("The configuration is usable.");
            }
            Self::Print(settings) => {
                settings.load()?;
                let overrides = settings.overrides();
                let file = settings.config.as_deref();
                let text = chamados_chassis::config::render(DEFAULTS, file, &overrides)?;
                print!("{text}");
            }
        }
        Ok(())
    }
}
