# Read by the three scripts beside it; not a program.
# shellcheck shell=bash

# The services, each with a file of SQLite or a schema of PostgreSQL.
SERVICES=(identity ticket device scheduler)

say() { echo "${0##*/}: $*" >&2; }

fail() {
    say "$*"
    exit 1
}

need() {
    command -v "$1" >/dev/null || fail "$1 is not installed ($2)"
}

# Prints the comment at the head of the script.
usage() {
    sed -n '2,/^[^#]/{/^# \{0,1\}/s///p}' "$0"
}

# Takes the password out of the URL in a file, so that no list of processes shows it: sets URL and PGPASSWORD.
read_url() {
    local text user_info rest password
    text=$(tr -d '[:space:]' <"$1")
    [[ $text =~ ^postgres(ql)?:// ]] || fail "$1 does not hold a postgres:// URL"
    rest=${text#*://}
    URL=$text
    if [[ $rest == *@* ]]; then
        user_info=${rest%@*}
        if [[ $user_info == *:* ]]; then
            password=${user_info#*:}
            printf -v PGPASSWORD '%b' "${password//%/\\x}"
            export PGPASSWORD
            URL=postgres://${user_info%%:*}@${rest##*@}
        fi
    fi
}

# Prints how many tables of ours a PostgreSQL has.
tables_in() {
    local list
    list=$(printf "'%s'," "${SERVICES[@]}")
    psql --no-psqlrc --quiet --tuples-only --no-align --dbname "$1" \
        --command "select count(*) from pg_tables where schemaname in (${list%,})"
}
