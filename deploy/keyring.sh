#!/usr/bin/env bash
# Prints a new line for the key ring, `<id> <key>`: an Ed25519 key as PASERK, which is what `auth.keyring_file`
# holds. Processes that run apart need one they share before the first of them starts.
#
#     deploy/keyring.sh > keyring                                   a first ring
#     { deploy/keyring.sh k2; cat keyring; } > keyring.new          a ring whose new key signs from now on
set -euo pipefail

id=${1:-k1}
if [[ ! $id =~ ^[a-z0-9-]+$ ]]; then
    echo "keyring.sh: an id has small letters, digits and hyphens, not \"$id\"" >&2
    exit 2
fi
# The key stays in memory: DER ends with the 32 bytes of the seed, and of the public key.
pem=$(openssl genpkey -algorithm ed25519)
key=$({
    openssl pkey -outform DER <<<"$pem" | tail -c 32
    openssl pkey -outform DER -pubout <<<"$pem" | tail -c 32
} | base64 -w 0 | tr '+/' '-_' | tr -d '=')
echo "$id k4.secret.$key"
