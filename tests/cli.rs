//! Runs the cases of `tests/cmd/*.toml` against the built program: what was typed, what must come out, to the letter.
//!
//! `SNAPSHOTS=overwrite cargo test --test cli` writes what comes out into the cases; look at the difference before you commit it.
//! A case:
//! ```toml
//! [[case]]
//! name = "what it protects"
//! args = ["explain", "BQ-77"]
//! stdin = "…"                          # none: nothing is piped in
//! env = { COLUMNS = "120" }            # the only variables, beside those that name the case's own folder
//! files = { "error.json" = "…" }       # in the folder where it runs; "a" = "@b" copies tests/b there
//! status = 0                           # 0 where it is left out
//! stdout = '''…'''                     # left out: nothing, unless one of the following is there
//! stdout_has = ["…"]                   # parts, for text that may change
//! json = { "/diagnoses/0/code" = "BQ-77" }
//! stderr = '''…'''                     # left out: nothing, unless stderr_has is there
//! stderr_has = ["…"]
//! closed = true                        # standard output is closed before anything is written
//! ```
//! The invented providers of `tests/catalogue` are laid over the catalogue, unless the file says `builtin = true` at its head.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};
use toml_edit::{DocumentMut, Item, Table, Value};

type Fault = Result<(), String>;

#[test]
fn cases_come_out_to_the_letter() {
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|mode| mode == "overwrite");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("cmd")).expect("tests/cmd").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let (mut faults, mut count) = (String::new(), 0);
    for path in files {
        let text = fs::read_to_string(&path).expect("a readable case file");
        let mut document: DocumentMut = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let builtin = document.get("builtin").and_then(Item::as_bool).unwrap_or(false);
        let cases = document["case"].as_array_of_tables_mut().expect("a list of [[case]]");
        for case in cases.iter_mut() {
            count += 1;
            let name = case.get("name").and_then(Item::as_str).expect("every case has a name").to_owned();
            let ran = ran(&root, case, builtin).unwrap_or_else(|error| panic!("{name}: {error}"));
            if overwrite {
                ran.write_into(case);
            }
            if let Err(fault) = ran.compared(case) {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                let _ = writeln!(faults, "--- {file}: {name}\n{fault}");
            }
        }
        if overwrite && document.to_string() != text {
            fs::write(&path, document.to_string()).expect("a writable case file");
        }
    }
    assert!(count > 0, "no cases were found");
    assert!(faults.is_empty(), "{faults}\nIf this is meant to be so: SNAPSHOTS=overwrite cargo test --test cli");
}

/// What came out of a run.
struct Ran {
    stdout: String,
    stderr: String,
    status: i64,
}

fn strings<'t>(table: &'t Table, key: &str) -> Vec<&'t str> {
    let list = table.get(key).map(|item| item.as_array().unwrap_or_else(|| panic!("{key} is a list")));
    list.into_iter().flatten().map(|value| value.as_str().unwrap_or_else(|| panic!("{key} holds strings"))).collect()
}

fn pairs(table: &Table, key: &str) -> BTreeMap<String, String> {
    let pairs = table.get(key).and_then(Item::as_table_like);
    let text = |(key, value): (&str, &Item)| (key.to_owned(), value.as_str().expect("strings").to_owned());
    pairs.into_iter().flat_map(|pairs| pairs.iter().map(text)).collect()
}

fn ran(root: &Path, case: &Table, builtin: bool) -> io::Result<Ran> {
    const KEYS: [&str; 13] =
        ["name", "args", "stdin", "env", "files", "status", "stdout", "stdout_has", "json", "stderr", "stderr_has", "closed", "config"];
    if let Some((key, _)) = case.iter().find(|(key, _)| !KEYS.contains(key)) {
        return Err(io::Error::other(format!("a case has no {key:?}")));
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("config/feedfix"))?;
    for (name, content) in pairs(case, "files") {
        let path = folder.join(&name);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        match content.strip_prefix('@') {
            Some(source) => fs::write(path, fs::read(root.join(source))?)?,
            None => fs::write(path, content)?,
        }
    }
    if let Some(config) = case.get("config").and_then(Item::as_str) {
        fs::write(folder.join("config/feedfix/config.toml"), config)?;
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedfix"));
    command.args(strings(case, "args")).current_dir(&folder).env_clear();
    command.env("HOME", &folder).env("XDG_CONFIG_HOME", folder.join("config"));
    if !builtin {
        fs::create_dir(folder.join("catalogue"))?;
        for file in fs::read_dir(root.join("catalogue"))? {
            let path = file?.path();
            fs::copy(&path, folder.join("catalogue").join(path.file_name().unwrap_or_default()))?;
        }
        command.env("FEEDFIX_CATALOGUE", "catalogue");
    }
    command.envs(pairs(case, "env")).stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::piped());
    let mut child = command.spawn()?;
    if case.get("closed").and_then(Item::as_bool).unwrap_or(false) {
        drop(child.stdout.take());
    }
    let stdin = child.stdin.take();
    if let Some(text) = case.get("stdin").and_then(Item::as_str) {
        // A program that answers without reading closes its end, which is no fault of the case.
        let _ = stdin.expect("a pipe").write_all(text.as_bytes());
    } else {
        drop(stdin);
    }
    let output = child.wait_with_output()?;
    let text = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("output is UTF-8");
        text.replace(&folder.display().to_string(), "[folder]")
    };
    let status = output.status.code().map_or(-1, i64::from);
    Ok(Ran { stdout: text(output.stdout), stderr: text(output.stderr), status })
}

impl Ran {
    fn compared(&self, case: &Table) -> Fault {
        let text = |key: &str| case.get(key).and_then(Item::as_str).unwrap_or_default();
        let loose = case.contains_key("stdout_has") || case.contains_key("json");
        if !loose || case.contains_key("stdout") {
            same("standard output", text("stdout"), &self.stdout)?;
        }
        if !case.contains_key("stderr_has") {
            same("standard error", text("stderr"), &self.stderr)?;
        }
        for (stream, key, all) in [("standard output", "stdout_has", &self.stdout), ("standard error", "stderr_has", &self.stderr)] {
            for part in strings(case, key) {
                if !all.contains(part) {
                    return Err(format!("{stream} lacks {part:?}:\n{all}"));
                }
            }
        }
        if let Some(expected) = case.get("json").and_then(Item::as_table_like) {
            let answer: serde_json::Value = serde_json::from_str(&self.stdout).map_err(|error| format!("{error}: {}", self.stdout))?;
            for (pointer, value) in expected.iter() {
                let found = answer.pointer(pointer).map_or_else(|| "nothing".to_owned(), ToString::to_string);
                let expected = json(value.as_value().expect("a value")).to_string();
                if found != expected {
                    return Err(format!("{pointer} is {found}, not {expected}"));
                }
            }
        }
        let status = case.get("status").and_then(Item::as_integer).unwrap_or(0);
        if status != self.status {
            return Err(format!("the status is {}, not {status}\n{}", self.status, self.stderr));
        }
        Ok(())
    }

    /// Puts what came out in the place of what was expected; parts and JSON facts are the author's.
    fn write_into(&self, case: &mut Table) {
        let loose = case.contains_key("stdout_has") || case.contains_key("json");
        if !loose || case.contains_key("stdout") {
            put(case, "stdout", &self.stdout);
        }
        if !case.contains_key("stderr_has") {
            put(case, "stderr", &self.stderr);
        }
        if self.status == 0 {
            case.remove("status");
        } else if case.get("status").and_then(Item::as_integer) != Some(self.status) {
            case.insert("status", toml_edit::value(self.status));
        }
    }
}

/// Sets a text in the form that reads best: literal, line by line, where nothing in it needs an escape.
fn put(case: &mut Table, key: &str, text: &str) {
    if text.is_empty() {
        case.remove(key);
        return;
    }
    if case.get(key).and_then(Item::as_str) == Some(text) {
        return;
    }
    let literal = !text.contains("'''") && !text.ends_with('\'') && !text.chars().any(|c| c.is_control() && c != '\n');
    let value = if literal { format!("'''\n{text}'''").parse::<Value>().ok() } else { None };
    case.insert(key, Item::Value(value.unwrap_or_else(|| Value::from(text))));
}

fn same(stream: &str, expected: &str, found: &str) -> Fault {
    if expected == found {
        return Ok(());
    }
    let (mut expected_lines, mut found_lines) = (expected.lines(), found.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (expected_lines.next(), found_lines.next()) {
            (Some(expected), Some(found)) if expected == found => {}
            (None, None) => return Err(format!("{stream} differs in its last line break")),
            (expected, found) => {
                let shown = |line: Option<&str>| line.map_or_else(|| "nothing".to_owned(), |line| format!("{line:?}"));
                return Err(format!("{stream}, line {number}:\n  expected {}\n  found    {}", shown(expected), shown(found)));
            }
        }
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) => text.value().as_str().into(),
        Value::Integer(number) => (*number.value()).into(),
        Value::Float(number) => (*number.value()).into(),
        Value::Boolean(truth) => (*truth.value()).into(),
        Value::Array(items) => items.iter().map(json).collect(),
        // TOML has no null: an empty inline table stands for it.
        Value::InlineTable(table) if table.is_empty() => serde_json::Value::Null,
        other => panic!("a case cannot expect {other}"),
    }
}
