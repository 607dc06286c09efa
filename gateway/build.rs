//! Builds again when the panel was: the files it did not have before are nothing the compiler tracks.
#![allow(clippy::disallowed_methods, reason = "a build script is configured by cargo's variables")]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Debug builds read the panel from disk.
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo:rerun-if-changed=../web/dist");
    }
}
