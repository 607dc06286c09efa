//! Configuration in layers: documented defaults, then a file, then `CHAMADOS__…` variables, then
//! what the command line says; read once, as a whole.

use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat};
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};

/// Why the configuration cannot be used. Names the key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A layer cannot be read or a value is not of its type.
    #[error("configuration: {0}")]
    Read(#[from] config::ConfigError),
    /// A file that should hold a secret cannot be read.
    #[error("configuration: secret file {path}: {source}")]
    Secret {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Values that do not go together.
    #[error("configuration: {0}")]
    Invalid(String),
}

/// Reads a configuration. `overrides` are `key.path = value` of the command line.
///
/// # Errors
/// [`ConfigError`] naming the key at fault.
pub fn load<T: DeserializeOwned>(
    defaults: &str,
    file: Option<&Path>,
    overrides: &[(&str, String)],
) -> Result<T, ConfigError> {
    Ok(merge(defaults, file, overrides)?.try_deserialize()?)
}

/// The merged configuration as text, for people to read. Secrets are masked: by the rule that they
/// are always a [`SecretSource`], whose own text is under `value`.
///
/// # Errors
/// [`ConfigError`] when a layer cannot be read.
pub fn render(
    defaults: &str,
    file: Option<&Path>,
    overrides: &[(&str, String)],
) -> Result<String, ConfigError> {
    let mut merged: toml::Table = merge(defaults, file, overrides)?.try_deserialize()?;
    mask(&mut merged);
    toml::to_string_pretty(&merged).map_err(|e| ConfigError::Invalid(e.to_string()))
}

fn mask(table: &mut toml::Table) {
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => mask(inner),
            value if key == "value" => *value = "********".into(),
            _ => {}
        }
    }
}

fn merge(
    defaults: &str,
    file: Option<&Path>,
    overrides: &[(&str, String)],
) -> Result<Config, ConfigError> {
    let mut builder = Config::builder().add_source(File::from_str(defaults, FileFormat::Toml));
    if let Some(path) = file {
        builder = builder.add_source(File::from(path).format(FileFormat::Toml));
    }
    builder = builder.add_source(
        Environment::with_prefix("CHAMADOS")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true),
    );
    for (key, value) in overrides {
        builder = builder.set_override(*key, value.as_str())?;
    }
    Ok(builder.build()?)
}

/// A secret given in place (`value`) or by the path of a file that holds it (`file`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretSource {
    /// The secret itself; for tests and development.
    pub value: Option<SecretString>,
    /// Path of a file whose trimmed text is the secret.
    pub file: Option<PathBuf>,
}

impl SecretSource {
    /// The secret, when one is configured.
    ///
    /// # Errors
    /// [`ConfigError::Secret`] when the file cannot be read.
    pub fn resolve(&self) -> Result<Option<SecretString>, ConfigError> {
        let Some(path) = &self.file else { return Ok(self.value.clone()) };
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Secret { path: path.display().to_string(), source })?;
        Ok(Some(SecretString::from(text.trim().to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        http: Http,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Http {
        port: u16,
    }

    const DEFAULTS: &str = "[http]\nport = 8080\n";

    #[test]
    fn what_is_printed_holds_no_secret() {
        let defaults = "[database.url]\nvalue = \"postgres://u:hunter2@db\"\n[http]\nport = 1\n";
        let text = render(defaults, None, &[]).unwrap();
        assert!(text.contains("port = 1") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn later_layers_win_and_errors_name_the_key() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("chamados.toml");
        std::fs::write(&file, "[http]\nport = 9090\n").unwrap();
        let sample: Sample = load(DEFAULTS, Some(&file), &[]).unwrap();
        assert_eq!(sample.http.port, 9090);
        let sample: Sample = load(DEFAULTS, Some(&file), &[("http.port", "1".into())]).unwrap();
        assert_eq!(sample.http.port, 1);

        let error = load::<Sample>(DEFAULTS, None, &[("http.port", "many".into())]).unwrap_err();
        assert!(error.to_string().contains("http.port"), "{error}");
        std::fs::write(&file, "[http]\nprot = 1\n").unwrap();
        let error = load::<Sample>(DEFAULTS, Some(&file), &[]).unwrap_err();
        assert!(error.to_string().contains("prot"), "{error}");
    }
}
