//! Compiles the contracts with `protox`, so that no `protoc` is needed.
#![allow(
    clippy::disallowed_methods,
    reason = "what cargo tells a build script is in its environment"
)]

use std::{env, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut files = Vec::new();
    for package in fs::read_dir(root.join("chamados"))? {
        for file in fs::read_dir(package?.path().join("v1"))? {
            files.push(file?.path());
        }
    }
    files.sort();
    println!("cargo:rerun-if-changed=chamados");

    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_source_info(true).include_imports(true).open_files(&files)?;
    // Reflection serves the set as written, custom options included.
    fs::write(out.join("chamados.fds"), compiler.encode_file_descriptor_set())?;
    let set = compiler.file_descriptor_set();
    // Facts carry the full name of their message.
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names();
    tonic_prost_build::configure()
        .bytes(".")
        .btree_map(".")
        .compile_fds_with_config(set, config)?;
    Ok(())
}
