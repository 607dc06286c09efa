#!/usr/bin/env bash
# Backs the product up while it runs, into a folder of its own that is there whole or not at all.
#
#     backup.sh --to DIR --data-dir DIR                                     SQLite, its attachments and key ring
#     backup.sh --to DIR --database-url-file FILE [--attachments DIR] [--keyring FILE]        PostgreSQL
#     … --keep N        removes all but the newest N afterwards
#
# The databases first, then the attachments: whatever a row names is there by then. The key ring is in it, so keep
# backups as you keep keys.
set -euo pipefail
umask 077
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

to='' data_dir='' url_file='' attachments='' keyring='' keep=''
while (($#)); do
    [[ $1 == *=* ]] && set -- "${1%%=*}" "${1#*=}" "${@:2}"
    case $1 in
        --to) to=${2-} ;;
        --data-dir) data_dir=${2-} ;;
        --database-url-file) url_file=${2-} ;;
        --attachments) attachments=${2-} ;;
        --keyring) keyring=${2-} ;;
        --keep) keep=${2-} ;;
        --help | -h) usage && exit ;;
        *) fail "unknown option $1; see --help" ;;
    esac
    shift 2 || fail "$1 needs a value"
done
[[ -n $to ]] || fail "--to is missing; see --help"
[[ -n $data_dir || -n $url_file ]] || fail "--data-dir or --database-url-file is missing; see --help"
[[ -z $data_dir || -z $url_file ]] || fail "give --data-dir or --database-url-file, not both"
[[ -z $keep || $keep =~ ^[1-9][0-9]*$ ]] || fail "--keep is a number from 1"

name=chamados-$(date --utc +%Y%m%dT%H%M%SZ)
draft=$to/.$name.partial
mkdir --parents "$to"
mkdir "$draft"
trap 'rm --recursive --force "$draft"' EXIT

if [[ -n $data_dir ]]; then
    need sqlite3 "Debian: apt-get install sqlite3"
    attachments=${attachments:-$data_dir/attachments}
    keyring=${keyring:-$data_dir/keyring}
    for service in "${SERVICES[@]}"; do
        [[ -f $data_dir/$service.db ]] || fail "$data_dir/$service.db is not there: is this the data directory?"
        # In one reading transaction, so that it is of one moment and never begins anew while others write.
        sqlite3 "$data_dir/$service.db" -cmd '.timeout 30000' -bail >/dev/null <<SQL
begin;
select count(*) from sqlite_schema;
.backup '$draft/$service.db'
commit;
SQL
    done
else
    need pg_dump "Debian: apt-get install postgresql-client"
    read_url "$url_file"
    (($(tables_in "$URL") > 0)) || fail "there are no tables of ours in the database"
    pg_dump --format=custom --no-owner --no-privileges --file="$draft/chamados.dump" --dbname="$URL"
fi
if [[ -n $attachments && -d $attachments ]]; then
    # 1: a file changed or went while it was read, which attachments may.
    tar --create --file "$draft/attachments.tar" --directory "$attachments" . || (($? == 1))
fi
if [[ -n $keyring ]]; then
    cp "$keyring" "$draft/keyring"
fi
(cd "$draft" && sha256sum -- * >SHA256SUMS)
sync "$draft"/*
mv "$draft" "$to/$name"
trap - EXIT
if [[ -n $keep ]]; then
    # Names sort by time.
    mapfile -t old < <(printf '%s\n' "$to"/chamados-*Z | sort | head --lines=-"$keep")
    ((${#old[@]} == 0)) || rm --recursive --force -- "${old[@]}"
fi
echo "$to/$name"
