//! The README says what is so: its commands print what stands there, and its numbers are those of the catalogue.
//!
//! `SNAPSHOTS=overwrite cargo test --test readme` writes what comes out. A line `…` stands for lines left out; what is rewritten
//! keeps as many lines before and behind it as there were.

use feedfix::catalogue::Kind;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn overwrite() -> bool {
    env::var_os("SNAPSHOTS").is_some_and(|mode| mode == "overwrite")
}

/// Compares the page with how it ought to be, or makes it so.
fn hold(now: &str, ought: &str) {
    if overwrite() {
        fs::write(readme(), ought).expect("a writable README");
        return;
    }
    if let Some((line, (is, ought))) = now.lines().zip(ought.lines()).enumerate().find(|(_, (is, ought))| is != ought) {
        panic!("README.md:{}: there is\n  {is}\nbut it ought to be\n  {ought}\nSNAPSHOTS=overwrite cargo test --test readme", line + 1);
    }
    assert!(now == ought, "README.md has other lines at its end than it ought to have: SNAPSHOTS=overwrite cargo test --test readme");
}

/// 3812 as 3,812.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let (head, tail) = digits.split_at(digits.len().saturating_sub(3));
    if head.is_empty() { tail.to_owned() } else { format!("{head},{tail}") }
}

/// Both in one test: each rewrites the page.
#[test]
fn numbers_and_commands_are_as_the_page_says() {
    let now = fs::read_to_string(readme()).expect("a README");
    let ought = counted(&now);
    #[cfg(unix)]
    let ought = console::ran(&ought);
    hold(&now, &ought);
}

fn counted(page: &str) -> String {
    let catalogue = feedfix::embedded();
    let heads: Vec<_> = catalogue.entries().filter_map(|id| catalogue.head(id)).map(|head| head.kind).collect();
    let codes = heads.iter().filter(|kind| **kind == Kind::Code).count();
    let line = format!(
        "The catalogue holds {} codes of {} providers, and {} troubles that show no code, each with its source.",
        grouped(codes),
        catalogue.providers().len(),
        grouped(heads.len() - codes)
    );
    let (before, rest) = page.split_once("<!-- counts -->\n").expect("a place for the counts");
    let (_, behind) = rest.split_once("<!-- /counts -->").expect("the end of the counts");
    format!("{before}<!-- counts -->\n{line}\n<!-- /counts -->{behind}")
}

#[cfg(unix)]
mod console {
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::{env, fs, iter};

    const CUT: &str = "…";

    /// The page with the output of its commands as it is.
    pub(super) fn ran(page: &str) -> String {
        let folder = folder();
        let mut out = Vec::new();
        let mut lines = page.lines().peekable();
        while let Some(line) = lines.next() {
            out.push(line.to_owned());
            if line != "```console" {
                continue;
            }
            while let Some(command) = lines.next_if(|line| line.starts_with("$ ")) {
                out.push(command.to_owned());
                let shown: Vec<&str> = iter::from_fn(|| lines.next_if(|line| !line.starts_with("$ ") && *line != "```")).collect();
                let printed = printed(&folder, &command[2..]);
                out.extend(fitted(&shown, &printed));
            }
        }
        out.join("\n") + "\n"
    }

    /// What was printed, cut where the page cuts it.
    fn fitted(shown: &[&str], printed: &str) -> Vec<String> {
        let printed: Vec<String> = printed.lines().map(|line| line.trim_end().to_owned()).collect();
        let Some(cut) = shown.iter().position(|line| *line == CUT) else { return printed };
        let behind = shown.len() - cut - 1;
        if cut + behind >= printed.len() {
            return printed;
        }
        let tail = printed[printed.len() - behind..].to_vec();
        printed[..cut].iter().cloned().chain([CUT.to_owned()]).chain(tail).collect()
    }

    fn printed(folder: &Path, command: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_feedfix")).parent().expect("a folder of the program").to_owned();
        let path = env::join_paths([program].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())));
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{{ {command}\n}} 2>&1")).current_dir(folder).env_clear();
        shell.env("PATH", path.expect("a search path")).env("HOME", folder);
        let output = shell.output().expect("a shell");
        String::from_utf8(output.stdout).expect("output is UTF-8")
    }

    /// A folder with the examples, as the commands expect it.
    fn folder() -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
        let _ = fs::remove_dir_all(&folder);
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        fs::create_dir_all(folder.join("examples")).expect("a folder for the test");
        for entry in fs::read_dir(examples).expect("examples").flatten().filter(|entry| entry.path().is_file()) {
            fs::copy(entry.path(), folder.join("examples").join(entry.file_name())).expect("a copy");
        }
        folder
    }
}
