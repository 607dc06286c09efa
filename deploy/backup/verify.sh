#!/usr/bin/env bash
# Says whether a backup is whole and can be read: its sums, each database, the list of attachments.
#
#     verify.sh BACKUP
#
# Only a restored backup is a proven one: restore it somewhere now and then, and sign in there.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[[ ${1-} != --help && ${1-} != -h ]] || { usage && exit; }
backup=${1-}
[[ -n $backup && -d $backup ]] || fail "give the folder of a backup"
[[ -f $backup/SHA256SUMS ]] || fail "$backup has no SHA256SUMS: it is no backup, or not a whole one"
(cd "$backup" && sha256sum --quiet --check SHA256SUMS) || fail "$backup is not what was written"

if [[ -f $backup/chamados.dump ]]; then
    need pg_restore "Debian: apt-get install postgresql-client"
    tables=$(pg_restore --list "$backup/chamados.dump" | grep --count ' TABLE DATA ') || fail "the dump has no tables"
    # Reads every byte of it, as a restore would.
    pg_restore --file=/dev/null "$backup/chamados.dump"
    say "PostgreSQL: $tables tables"
else
    need sqlite3 "Debian: apt-get install sqlite3"
    for service in "${SERVICES[@]}"; do
        [[ -f $backup/$service.db ]] || fail "$service.db is missing"
        # Immutable: looking at a backup leaves nothing beside it.
        result=$(sqlite3 "file:$backup/$service.db?immutable=1" 'pragma integrity_check' 2>&1) || fail "$service.db: $result"
        [[ $result == ok ]] || fail "$service.db: $result"
    done
    say "SQLite: ${#SERVICES[@]} files"
fi
if [[ -f $backup/attachments.tar ]]; then
    files=$(tar --list --file "$backup/attachments.tar" | grep --count --invert-match '/$' || true)
    say "attachments: $files"
fi
[[ -f $backup/keyring ]] || say "no key ring in it: keep it elsewhere, or links and API keys that wait are void"
echo "$backup is whole."
