//! What others build on says in its first line what it is for.

use super::{Finding, SourceFile};

const DOCUMENTED: [&str; 3] =
    ["services/chassis/src/", "services/store-kit/src/", "services/testkit/src/"];

pub(super) fn check(file: &SourceFile) -> Option<Finding> {
    let checked = DOCUMENTED.iter().any(|folder| file.path.starts_with(folder));
    let documented = file.text.trim_start().starts_with("//!");
    (checked && file.path.ends_with(".rs") && !documented)
        .then(|| Finding::error(file, 1, "begins without `//!`: say what the module is for"))
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::file, *};

    #[test]
    fn modules_of_the_kits_begin_with_their_documentation() {
        let path = "services/chassis/src/clock.rs";
        assert_eq!(check(&file(path, "//! Time.\nuse std::time;\n")), None);
        assert!(check(&file(path, "use std::time;\n//! Late.\n")).is_some());
        assert!(check(&file(path, "// Not documentation.\n")).is_some());
        assert_eq!(check(&file("gateway/src/lib.rs", "use std::time;\n")), None);
    }
}
