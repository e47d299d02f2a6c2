//! Checks `data/` and packs it for the binary. A broken entry breaks the build, with all findings at once.
//!
//! FEEDFIX_DATA names another data folder (for measuring with a larger catalogue).

// The catalogue's modules are those of the library; the build uses only the part that reads, checks and packs.
#[allow(dead_code, unreachable_pub, unused_imports)]
mod catalogue;

use catalogue::Catalogue;
use catalogue::finding::{Finding, Severity};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=FEEDFIX_DATA");
    println!("cargo::rerun-if-changed=src/catalogue");
    println!("cargo::rerun-if-changed=src/build.rs");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let data = env::var_os("FEEDFIX_DATA").map_or_else(|| root.join("data"), PathBuf::from);
    println!("cargo::rerun-if-changed={}", data.display());

    let mut findings = Vec::new();
    let mut catalogue = Catalogue::default();
    let mut files = Vec::new();
    for path in catalogue::load::files_at(&data)? {
        let text = fs::read_to_string(&path)?;
        files.push(catalogue::load::read(&shown(&root, &path), &text, &mut findings));
    }
    catalogue.add(files, &mut findings);
    findings.extend(catalogue::check::check(&catalogue));
    let fatal: Vec<&Finding> = findings.iter().filter(|finding| finding.severity < Severity::Warning).collect();
    if !fatal.is_empty() {
        let list: Vec<String> = fatal.iter().map(ToString::to_string).collect();
        #[expect(clippy::print_stderr, reason = "an error of main is shown with its line breaks escaped")]
        {
            eprintln!("{}", list.join("\n"));
        }
        return Err(format!("the catalogue has {} faults", fatal.len()).into());
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("catalogue.pack"), catalogue.pack())?;
    Ok(())
}

/// The path as findings show it: from the project's folder, with forward slashes.
fn shown(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
