"""The completion scripts of bash, zsh and fish, and the exit codes they react to."""

from __future__ import annotations

from awscli_mfa_plugin.completion.candidates import BESIDE, COMMAND, FILE, OURS

EXIT_CODES = {OURS: 0, FILE: 10, COMMAND: 11, BESIDE: 12}
"""The exit codes of ``awscli-mfa complete``; any other means that it failed.

Scripts of older versions rely on them, so they never change.
"""

_ABOUT = """\
# {shell} completion for the AWS CLI with awscli-mfa-plugin: aws mfa by awscli-mfa, everything else
# by the CLI's own completer. Printed by: awscli-mfa completion {shell}
"""

_BASH = r"""
# What completed aws until now, as bash itself would run it.
case $(complete -p aws 2>/dev/null) in
"complete -C '"*"' aws")
    _awscli_mfa_cli=$(complete -p aws)
    _awscli_mfa_cli=${_awscli_mfa_cli#complete -C } _awscli_mfa_cli=${_awscli_mfa_cli% aws}
    # bash quoted it once more than needed to run it.
    eval "_awscli_mfa_cli=$_awscli_mfa_cli"
    ;;
esac

_awscli_mfa_lines() {
    local line
    while IFS= read -r line; do
        [[ -z $line ]] || COMPREPLY+=("$line")
    done
}

_awscli_mfa_by_cli() {
    local cli=${_awscli_mfa_cli-}
    if [[ -z $cli ]]; then
        if type -P aws_completer >/dev/null; then
            cli=aws_completer
        elif [[ -x @COMPLETER@ ]]; then
            cli=@COMPLETER@ # Debian's
        else
            return
        fi
    fi
    export COMP_LINE COMP_POINT COMP_KEY COMP_TYPE
    _awscli_mfa_lines < <(eval "$cli"' "$@"' 2>/dev/null)
    export -n COMP_LINE COMP_POINT COMP_KEY COMP_TYPE
}

# The program's own command line, after '--'.
_awscli_mfa_command() {
    local at=0
    while [[ $at -lt $COMP_CWORD && ${COMP_WORDS[at]} != -- ]]; do at=$((at + 1)); done
    at=$((at + 1))
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$at"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$at"
    elif [[ $COMP_CWORD -eq $at && $2 != */* ]]; then
        _awscli_mfa_lines < <(compgen -c -- "$2" | sort -u)
    else
        _awscli_mfa_files "$@"
    fi
}

_awscli_mfa_files() {
    if ! compopt -o default 2>/dev/null; then
        _awscli_mfa_lines < <(compgen -f -- "$2") # bash 3, which macOS has
    fi
}

_awscli_mfa() {
    local code=1 found
    COMPREPLY=()
    if type -P awscli-mfa >/dev/null; then
        found=$(COMP_LINE=${COMP_LINE:0:$COMP_POINT} COMP_POINT='' \
            command awscli-mfa complete bash "$COMP_WORDBREAKS" </dev/null 2>/dev/null)
        code=$?
    fi
    case $code in
    0) _awscli_mfa_lines <<<"$found" ;;
    10) _awscli_mfa_files "$@" ;;
    11) _awscli_mfa_command "$@" ;;
    *)
        _awscli_mfa_by_cli "$@"
        # The completer of v1 knows plugins itself.
        if [[ $code -eq 12 && -n $found ]]; then
            case " ${COMPREPLY[*]-} " in *" $found "*) ;; *) COMPREPLY+=("$found") ;; esac
        fi
        ;;
    esac
}
complete -F _awscli_mfa aws
"""

_ZSH = r"""
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
(( $+functions[_bash_complete] )) || { autoload -Uz bashcompinit && bashcompinit }

# What completes aws without us.
_awscli_mfa_by_cli() {
    local before=$_awscli_mfa_before completer=@COMPLETER@ # Debian's
    if [[ -z $before ]]; then
        if (( $+commands[aws_completer] )); then
            completer=aws_completer
        elif [[ ! -x $completer ]]; then
            return 1
        fi
        before="_bash_complete -C $completer"
    fi
    eval "$before"
    local result=$?
    if [[ $_comps[aws] != _awscli_mfa ]]; then
        # It replaced itself by another at its first call, as Debian's does.
        _awscli_mfa_before=$_comps[aws]
        compdef _awscli_mfa aws
        eval "$_awscli_mfa_before"
        result=$?
    fi
    return result
}

_awscli_mfa() {
    local answer
    local -a found
    integer code=1 result=1 at
    if (( $+commands[awscli-mfa] )); then
        answer=$(COMP_LINE="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" COMP_POINT= \
            command awscli-mfa complete zsh </dev/null 2>/dev/null)
        code=$?
    fi
    [[ -z $answer ]] || found=("${(@f)answer}")
    case $code in
    (0)
        compadd -a found && result=0
        ;;
    (10)
        [[ $PREFIX == --*=* ]] && compset -P '*='
        _files && result=0
        ;;
    (11)
        at=$words[(i)--]
        shift $at words
        (( CURRENT -= at ))
        _normal && result=0
        ;;
    (*)
        (( code == 12 && $#found )) && compadd -a found && result=0
        _awscli_mfa_by_cli && result=0
        ;;
    esac
    return result
}

[[ $_comps[aws] == _awscli_mfa ]] || typeset -g _awscli_mfa_before=$_comps[aws]
compdef _awscli_mfa aws
"""

_FISH = r"""
function __awscli_mfa_completer
    if command -sq aws_completer
        echo aws_completer
    else if test -x @COMPLETER@
        echo @COMPLETER@ # Debian's
    end
end

function __awscli_mfa_complete
    set -lx COMP_LINE (commandline -cp)
    set -lx COMP_POINT
    set -l found
    set -l code 1
    if command -sq awscli-mfa
        set found (awscli-mfa complete fish </dev/null 2>/dev/null)
        set code $status
    end
    switch $code
        case 10
            set -l token (commandline -ct)
            set -l option (string match -r -- '^--[^=]*=' $token; or echo)
            set -l path (string replace -- "$option" '' $token)
            printf '%s\n' $option(__fish_complete_path "$path")
        case 11
            set -l line (string replace -r -- '^.*?\s--\s+' '' "$COMP_LINE")
            complete -C "$line"
        case '*'
            test -n "$found"
            and printf '%s\n' $found
            if test $code -ne 0
                set -l completer (__awscli_mfa_completer)
                test -n "$completer"
                and command $completer </dev/null 2>/dev/null | string replace -r ' +$' ''
            end
    end
end

complete -c aws -f -a '(__awscli_mfa_complete)'
# Without the CLI's own completer, what fish itself knows of aws.
if test -z (__awscli_mfa_completer)
    set -l shipped $__fish_data_dir/completions/aws.fish
    test -r $shipped
    and source $shipped
end
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
SHELLS = tuple(_SCRIPTS)

DEBIANS_COMPLETER = "/usr/libexec/aws_completer"


def script_of(shell: str, completer: str) -> str:
    """Return a shell's script; it runs ``completer`` if none is on the PATH."""
    return _ABOUT.format(shell=shell) + _SCRIPTS[shell].replace("@COMPLETER@", completer)
