#!/usr/bin/env bash
# Puts a backup back, into a place that is empty. Stop the product first.
#
#     restore.sh --from BACKUP --data-dir DIR
#     restore.sh --from BACKUP --database-url-file FILE [--attachments DIR] [--keyring FILE]
#
# Afterwards run `chamados migrate` of the version that is to run (on SQLite it migrates itself), and give the files
# the owner that the process has.
set -euo pipefail
umask 077
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

from='' data_dir='' url_file='' attachments='' keyring=''
while (($#)); do
    [[ $1 == *=* ]] && set -- "${1%%=*}" "${1#*=}" "${@:2}"
    case $1 in
        --from) from=${2-} ;;
        --data-dir) data_dir=${2-} ;;
        --database-url-file) url_file=${2-} ;;
        --attachments) attachments=${2-} ;;
        --keyring) keyring=${2-} ;;
        --help | -h) usage && exit ;;
        *) fail "unknown option $1; see --help" ;;
    esac
    shift 2 || fail "$1 needs a value"
done
[[ -n $from ]] || fail "--from is missing; see --help"
[[ -n $data_dir || -n $url_file ]] || fail "--data-dir or --database-url-file is missing; see --help"
"$(dirname "${BASH_SOURCE[0]}")/verify.sh" "$from" >/dev/null

empty() {
    [[ ! -e $1 || -z $(ls --almost-all "$1") ]] || fail "$1 is not empty: move what is there away first"
}

if [[ -n $data_dir ]]; then
    [[ -f $from/identity.db ]] || fail "this is a backup of PostgreSQL: give --database-url-file"
    empty "$data_dir"
    attachments=${attachments:-$data_dir/attachments}
    keyring=${keyring:-$data_dir/keyring}
    mkdir --parents "$data_dir"
    for service in "${SERVICES[@]}"; do
        cp "$from/$service.db" "$data_dir/$service.db"
    done
else
    [[ -f $from/chamados.dump ]] || fail "this is a backup of SQLite: give --data-dir"
    need pg_restore "Debian: apt-get install postgresql-client"
    read_url "$url_file"
    (($(tables_in "$URL") == 0)) || fail "the database has tables of ours: restore into an empty one"
    pg_restore --single-transaction --exit-on-error --no-owner --no-privileges --dbname="$URL" "$from/chamados.dump"
fi
if [[ -f $from/attachments.tar && -n $attachments ]]; then
    empty "$attachments"
    mkdir --parents "$attachments"
    tar --extract --file "$from/attachments.tar" --directory "$attachments"
fi
if [[ -f $from/keyring && -n $keyring ]]; then
    [[ ! -e $keyring ]] || fail "$keyring is there already: move it away first"
    cp "$from/keyring" "$keyring"
fi
[[ ! -f $from/attachments.tar || -n $attachments ]] || say "attachments are in the backup and were not restored: --attachments"
echo "Restored $from."
