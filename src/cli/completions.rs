//! `feedfix completions`: scripts for shells. What clap knows is generated; codes and providers are asked of the binary
//! itself when they are needed, so that overlays count and the scripts stay small.

use super::Run;
use super::args::{Command, Global};
use super::failure::Status;
use clap::{Args, Subcommand};
use clap_complete::Shell;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Asks the binary for codes and providers in bash. A word is taken from the line itself, since bash breaks words at
/// the colon that stands between provider and code.
const BASH: &str = r#"
_feedfix_words() {
    local word line=${COMP_LINE:0:COMP_POINT} list=$1
    word=${line##*[[:space:]]}
    local before=""
    [[ $word == *:* && $COMP_WORDBREAKS == *:* ]] && before=${word%"${word##*:}"}
    local one provider="" index
    for ((index = 1; index < COMP_CWORD; index++)); do
        case ${COMP_WORDS[index]} in -p | --provider) provider=${COMP_WORDS[index + 1]} ;; esac
    done
    [[ $list == codes && -n $provider && $word != *:* ]] && word=$provider:$word || provider=""
    while IFS=$'\t' read -r one _; do
        one=${one#"${provider:+$provider:}"}
        one=${one#"$before"}
        COMPREPLY+=("$(printf '%q' "$one")")
    done < <("${COMP_WORDS[0]}" complete-codes $([[ $list == providers ]] && echo --providers) -- "$word" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *: ]] && compopt -o nospace 2>/dev/null
    return 0
}

_feedfix_all() {
    _feedfix "$@"
    case ${COMP_WORDS[COMP_CWORD - 1]} in
        -p | --provider) COMPREPLY=() && _feedfix_words providers && return ;;
        --*) return ;;
    esac
    [[ ${COMP_WORDS[COMP_CWORD]} == -* ]] && return
    case ${COMP_WORDS[1]} in
        explain) COMPREPLY=() && _feedfix_words codes ;;
        walk | retry | diagnose) _feedfix_words codes ;;
        catalogue) [[ ${COMP_WORDS[2]} == show ]] && COMPREPLY=() && _feedfix_words codes ;;
        *) [[ $COMP_CWORD -eq 1 || ${COMP_WORDS[2]} == : ]] && [[ -n ${COMP_WORDS[1]} && ${#COMPREPLY[@]} -eq 0 ]] && _feedfix_words codes ;;
    esac
}

complete -F _feedfix_all -o nosort -o bashdefault -o default feedfix 2>/dev/null || complete -F _feedfix_all -o bashdefault -o default feedfix
"#;

/// The same for zsh, put before what is generated.
const ZSH: &str = r#"
_feedfix_codes() {
    local -a words providers
    local line
    for line in ${(f)"$(_call_program codes feedfix complete-codes -- ${(q)PREFIX} 2>/dev/null)"}; do
        if [[ ${line%%$'\t'*} == *: ]]; then
            providers+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        else
            words+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        fi
    done
    _describe -t codes 'code' words
    _describe -t providers 'provider' providers -S ''
    _files
}

_feedfix_providers() {
    local -a words
    local line
    for line in ${(f)"$(_call_program providers feedfix complete-codes --providers 2>/dev/null)"}; do
        words+=("${line%%$'\t'*}:${line#*$'\t'}")
    done
    _describe -t providers 'provider' words
}
"#;

/// The same for fish, which takes descriptions behind a tab as they are.
const FISH: &str = r#"
complete -c feedfix -n "__fish_seen_subcommand_from explain walk retry diagnose show" -a "(feedfix complete-codes -- (commandline -ct) 2>/dev/null)"
complete -c feedfix -s p -l provider -x -a "(feedfix complete-codes --providers -- (commandline -ct) 2>/dev/null)"
"#;

pub(crate) fn script(run: &Run, shell: Shell) -> anyhow::Result<Status> {
    run.output.print(&script_for(shell))?;
    Ok(Status::Answered)
}

fn script_for(shell: Shell) -> String {
    let mut bytes = Vec::new();
    // Without the argument that stands in place of a command: beside one, the script for zsh loses its way to commands.
    let bare = clap::Command::new("feedfix").version(env!("CARGO_PKG_VERSION")).disable_help_subcommand(true);
    let mut command = Global::augment_args(Command::augment_subcommands(bare));
    clap_complete::generate(shell, &mut command, "feedfix", &mut bytes);
    let generated = String::from_utf8_lossy(&bytes).into_owned();
    match shell {
        Shell::Bash => generated + BASH,
        Shell::Fish => generated + FISH,
        Shell::Zsh => {
            let (first, rest) = generated.split_once('\n').unwrap_or((&generated, ""));
            let mut out = format!("{first}\n{ZSH}");
            for line in rest.lines() {
                let _ = writeln!(out, "{}", with_words(line));
            }
            out
        }
        _ => generated,
    }
}

/// A line of the script for zsh, with codes or providers in place of files where it takes such.
fn with_words(line: &str) -> String {
    let spec = line.trim_start();
    if line.contains(":PROVIDER:_default") {
        return line.replace(":PROVIDER:_default", ":PROVIDER:_feedfix_providers");
    }
    let takes_codes = ["'*::codes -- ", "'*::query -- ", "'*:codes -- ", "'*:query -- ", "'*::entries -- ", "'*::inputs -- "];
    if takes_codes.iter().any(|start| spec.starts_with(start)) {
        return line.replace(":_default'", ":_feedfix_codes'");
    }
    line.to_owned()
}

/// Codes or providers that begin as typed, a line each, with a description behind a tab. Without a colon these are the
/// codes of that spelling at any provider, and the providers, whose codes follow after the colon.
pub(crate) fn words(run: &Run, begun: &str, providers: bool) -> anyhow::Result<Status> {
    let catalogue = run.settings.catalogue()?;
    let starts = |text: &str, with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    let mut words: BTreeMap<String, String> = BTreeMap::new();
    let with_colon = if providers { "" } else { ":" };
    for provider in catalogue.providers() {
        let id = provider.id.unwrap_or_default();
        if starts(&id, begun) {
            words.insert(format!("{id}{with_colon}"), provider.name.unwrap_or_default());
        }
    }
    if !providers && !begun.is_empty() {
        for head in catalogue.entries().filter_map(|id| catalogue.head(id)) {
            let full = begun.contains(':').then(|| format!("{}:{}", head.provider, head.code));
            let word = if starts(head.code, begun) { Some(head.code.to_owned()) } else { full.filter(|full| starts(full, begun)) };
            if let Some(word) = word {
                words.entry(word).or_insert_with(|| head.title.to_owned());
            }
        }
    }
    let lines: String = words.iter().map(|(word, about)| format!("{word}\t{}\n", about.replace(['\t', '\n'], " "))).collect();
    run.output.print(&lines)?;
    Ok(Status::Answered)
}
