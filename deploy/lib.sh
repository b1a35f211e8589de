# shellcheck shell=bash
#
# What the scripts of this directory share: the packages they need, the private PostgreSQL of this checkout, and the
# way they stop. Sourced, never run. A script that sources it calls `stop_on_exit` before it starts anything.
#
# Sets: ROOT (the checkout), DATA (its .data) and, after `start_postgres`, PGSOCKET (the directory of the Unix socket),
# PGBIN (PostgreSQL's programs) and PGLOG (the server's log).

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
DATA=$ROOT/.data
# Names this checkout where a path would be too long, or can't be used.
CHECKOUT=$(printf '%s' "$ROOT" | sha256sum | cut -c1-10)

OLDEST_POSTGRES=15
OLDEST_SWIFT=6.2

# Each argument is a line.
say() { printf '%s\n' "$@"; }
complain() { printf '%s\n' "$@" >&2; }
# A caller's mistake, or something missing that we can't provide: exit 2. Everything else that fails is 1.
refuse() { complain "$@"; exit 2; }
quoted() { printf "'%s'" "${1//\'/\'\\\'\'}"; }

# make_data: makes $DATA, where everything of this checkout is.
make_data() {
    if ! mkdir -p "$DATA" 2>/dev/null || [[ ! -w $DATA ]]; then
        refuse "$DATA can't be written. Run this as root, or as the user that owns it:" \
            "$(stat -c %U "$DATA" 2>/dev/null || stat -c %U "$ROOT")"
    fi
}

# --- Stopping --------------------------------------------------------------------------------------------------------

# shellcheck disable=SC2034  # read by the scripts that source this
SIGNAL=            # the signal that ends us, if one does
CHILD=             # what `attended` runs just now
CHILD_IS_GENTLE=   # not empty: it must never be killed half-way
CLEANUPS=()        # commands to run on exit, the last added first
LOCKS=()           # file descriptors that hold a lock: PostgreSQL, which may outlive us, must not inherit them

# stop_on_exit: from here on, everything added to CLEANUPS happens however the script ends, but for SIGKILL.
stop_on_exit() {
    trap 'finish $?' EXIT
    trap 'SIGNAL=INT; exit 130' INT
    trap 'SIGNAL=TERM; exit 143' TERM
    trap 'SIGNAL=HUP; exit 129' HUP
    trap 'SIGNAL=PIPE; exit 141' PIPE
}

finish() {
    local status=$1 index
    # A second Ctrl-C must not leave half of it running; every wait below has an end.
    trap '' INT TERM HUP PIPE
    trap - EXIT
    set +e
    end_child
    for ((index = ${#CLEANUPS[@]} - 1; index >= 0; index--)); do
        eval "${CLEANUPS[index]}"
    done
    exit "$status"
}

# attended COMMAND …: runs it and waits, and lets a signal through at once: bash would run a trap only after a command
# in the foreground has ended, and a build takes minutes. It gets a process group of its own (`set -m`), so that Ctrl-C
# reaches this script alone, which then stops things in order, and so that nothing of the group is left over.
attended() {
    local status=0
    set -m
    "$@" </dev/null &
    CHILD=$!
    set +m
    wait "$CHILD" || status=$?
    CHILD=
    return "$status"
}

end_child() {
    [[ -n $CHILD ]] || return 0
    if [[ -n $CHILD_IS_GENTLE ]]; then
        # apt and dpkg finish the step they are in, however long it takes: killed, they leave packages half installed.
        kill -INT "$CHILD" 2>/dev/null
        wait "$CHILD" 2>/dev/null
    else
        end_group "$CHILD" INT 5
    fi
    CHILD=
}

# end_group LEADER SIGNAL SECONDS: asks the leader to end (with Ctrl-C's signal, the whole group, as a terminal would),
# waits, then kills what is left of its group.
end_group() {
    local leader=$1 signal=$2 tries=$(($3 * 10))
    if [[ $signal == INT ]]; then
        kill -INT -- "-$leader" 2>/dev/null
    else
        kill -s "$signal" "$leader" 2>/dev/null
    fi
    while ((tries-- > 0)) && kill -0 "$leader" 2>/dev/null; do sleep 0.1; done
    kill -KILL -- "-$leader" 2>/dev/null
    wait "$leader" 2>/dev/null
    return 0
}

# --- Packages --------------------------------------------------------------------------------------------------------

# postgres_bin [MAJOR]: the directory of the newest PostgreSQL that will do, or of that major version; fails if none.
postgres_bin() {
    local found version directory
    for directory in \
        $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) "$(pg_config --bindir 2>/dev/null || true)"; do
        [[ -x $directory/postgres && -x $directory/initdb ]] || continue
        found=$("$directory/postgres" --version)
        version=${found##*) }
        version=${version%%[!0-9]*}
        if [[ ${1:-$version} == "$version" ]] && ((version >= OLDEST_POSTGRES)); then
            printf '%s\n' "$directory"
            return 0
        fi
    done
    return 1
}

missing_packages() {
    local package
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s\n' "$package"
    done
}

# need_packages [--build]: what the database needs from Debian and, to build, Swift and what it needs.
need_packages() {
    local wanted=(ca-certificates curl tzdata) missing=()
    if [[ ${1:-} == --build ]]; then
        need_swift
        wanted+=(git libpq-dev libxlsxwriter-dev libzip-dev)
    fi
    if command -v dpkg-query >/dev/null; then
        mapfile -t missing < <(missing_packages "${wanted[@]}")
    else
        command -v curl >/dev/null || missing+=(curl)
    fi
    postgres_bin >/dev/null || missing+=(postgresql)
    ((${#missing[@]})) || return 0

    install_packages "${missing[@]}"
    postgres_bin >/dev/null || refuse "PostgreSQL $OLDEST_POSTGRES or newer is needed; this system's package is older."
}

need_swift() {
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1) || true
    if [[ -z $version ]]; then
        refuse "A Swift toolchain $OLDEST_SWIFT or newer is needed, and there is no 'swift' in PATH:" \
            "https://www.swift.org/install/"
    fi
    if [[ $(printf '%s\n' "$OLDEST_SWIFT" "$version" | sort -V | head -n 1) != "$OLDEST_SWIFT" ]]; then
        refuse "A Swift toolchain $OLDEST_SWIFT or newer is needed; this one is $version:" \
            "https://www.swift.org/install/"
    fi
}

# install_packages NAME …: as root on Debian installs them; otherwise says how, and exits with 2.
install_packages() {
    local command="apt-get update && apt-get install -y --no-install-recommends $*"
    command -v apt-get >/dev/null || refuse "Missing: $* (Debian's names). Install them, then run this again."
    ((EUID == 0)) || refuse "Missing: $*. As root, run:" "" "    $command" "" "then run this again."

    say "Installing $*"
    # Debian's PostgreSQL package makes a cluster named `main` and starts it. We want its programs only.
    if [[ " $* " == *" postgresql "* ]]; then
        CLUSTER_RULE=/etc/postgresql-common/createcluster.d/zz-pa31.conf
        CLEANUPS+=(restore_cluster_rule)
        mkdir -p "${CLUSTER_RULE%/*}"
        printf '%s\n' '# While pa31 installs packages; remove it if it is still here.' \
            'create_main_cluster = false' >"$CLUSTER_RULE"
    fi
    CHILD_IS_GENTLE=yes
    attended env DEBIAN_FRONTEND=noninteractive apt-get update -q ||
        refuse "apt-get update failed (above). Once it works: $command"
    attended env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" ||
        refuse "apt-get install failed (above). Once it works: $command"
    CHILD_IS_GENTLE=
    restore_cluster_rule
}

CLUSTER_RULE=
restore_cluster_rule() {
    [[ -n $CLUSTER_RULE ]] || return 0
    rm -f "$CLUSTER_RULE"
    rmdir "${CLUSTER_RULE%/*}" 2>/dev/null || true
    CLUSTER_RULE=
}

# --- PostgreSQL ------------------------------------------------------------------------------------------------------

# By the name of the server: its directory, its OS user, its socket's directory once it is known to be ours, and two
# locks. Whoever starts or stops it holds the first meanwhile; whoever uses it shares the second until the end, and the
# last one to leave stops the server.
declare -A PG_HOME=() PG_USER=() PG_SOCKET=() PG_TURN=() PG_USE=()

# as_server USER COMMAND …: becomes that command, as that OS user, from a directory it can enter and with nothing of
# our environment: always in a subshell. `setpriv` becomes it too: a signal reaches it, which `su` would swallow.
as_server() {
    local user=$1 descriptor
    shift
    for descriptor in "${LOCKS[@]}"; do exec {descriptor}>&-; done
    cd /
    if ((EUID == 0)); then
        exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- env -i LC_ALL=C PATH="$PATH" "$@"
    fi
    exec env -i LC_ALL=C PATH="$PATH" "$@"
}

# processes_in NAME: the ids of those that work in its cluster's directory, where every process of a PostgreSQL server
# always stands: unlike postmaster.pid, this isn't fooled by a crash, an id given again, or a copy of the directory.
# Asked as the server's user: in a container, root may not see where another user's process stands.
processes_in() {
    local cluster=${PG_HOME[$1]}/cluster process directory
    (as_server "${PG_USER[$1]}" \
        find /proc -mindepth 2 -maxdepth 2 -path '/proc/[0-9]*/cwd' -printf '%h %l\n') 2>/dev/null |
        while read -r process directory; do
            if [[ $directory == "$cluster" ]]; then printf '%s\n' "${process##*/}"; fi
        done || true
}

# running_server NAME: the id of its postmaster, or nothing.
running_server() {
    local process
    process=$(head -n 1 "${PG_HOME[$1]}/cluster/postmaster.pid" 2>/dev/null) || return 0
    processes_in "$1" | grep -x "$process" || true
}

# wait_for_nobody NAME SECONDS: until no process is left in its directory.
wait_for_nobody() {
    local tries=$(($2 * 10))
    while [[ -n $(processes_in "$1") ]]; do
        ((tries-- > 0)) || return 1
        sleep 0.1
    done
}

# choose_home NAME: decides where the server's files are and who runs it; sets PG_HOME and PG_USER.
choose_home() {
    local name=$1 home=$DATA/$1 user owner
    user=$(id -un)
    if ((EUID == 0)); then
        # PostgreSQL refuses to run as root.
        user=postgres
        id "$user" >/dev/null 2>&1 ||
            refuse "There is no OS user 'postgres' to run PostgreSQL as. Make one: adduser --system --group postgres"
        # A checkout under a closed directory (/root) can't be entered by that user.
        if ! (as_server "$user" test -x "$DATA") 2>/dev/null; then
            mkdir -p "/var/lib/pa31/$CHECKOUT"
            chmod 0755 /var/lib/pa31 "/var/lib/pa31/$CHECKOUT"
            home=/var/lib/pa31/$CHECKOUT/$name
            printf '%s\n' "$home" >"$DATA/$name.where"
        fi
        # The checkout's own user may have made it before; root can run it as that user.
        owner=$(stat -c %U "$home" 2>/dev/null) || owner=
        if [[ -z $owner || $owner == root ]]; then
            install -d -o "$user" -g "$(id -g "$user")" -m 0700 "$home"
        else
            user=$owner
        fi
    elif [[ -e $home && ! -O $home ]]; then
        refuse "$home belongs to the user $(stat -c %U "$home"): run this as that user or as root, or remove it."
    elif [[ ! -d $home ]]; then
        mkdir -m 0700 "$home"
    fi
    PG_HOME[$name]=$(readlink -f "$home")
    PG_USER[$name]=$user
}

# settle_configuration NAME: writes the server's settings; they come from here at each start, never from an edit.
settle_configuration() {
    local name=$1 cluster=${PG_HOME[$1]}/cluster user=${PG_USER[$1]} connections=100 volatile='' role
    # Tests run side by side; a benchmark's rivals are all connected at once.
    if [[ $name == test || $name == bench ]]; then connections=200; fi
    if [[ $name == test ]]; then
        volatile='fsync = off
synchronous_commit = off
full_page_writes = off'
    fi
    (as_server "$user" tee "$cluster/pa31.conf" >/dev/null) <<CONF
# Written by deploy/lib.sh at each start.
listen_addresses = ''
port = 5432
unix_socket_directories = '$PGSOCKET'
unix_socket_permissions = 0700
max_connections = $connections
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
# Statements, their values and the DETAIL of errors quote people's data: none of it may reach the log.
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_min_error_statement = panic
log_statement = 'none'
log_min_duration_statement = -1
$volatile
CONF
    (as_server "$user" tee "$cluster/pg_hba.conf" >/dev/null) <<'CONF'
# Written by deploy/lib.sh at each start. The operating system says who is there; pg_ident.conf says what they may be.
local all all peer map=pa31
CONF
    # Who may start this server may be any of its roles: root, and the user that runs it.
    {
        printf '%s\n' '# Written by deploy/lib.sh at each start.'
        for role in postgres pa31_migrate pa31_app pa31_public pa31_operator pa31_audit_seal pa31_backup; do
            printf 'pa31 "root" %s\n' "$role"
            printf 'pa31 "%s" %s\n' "$user" "$role"
        done
    } | (as_server "$user" tee "$cluster/pg_ident.conf" >/dev/null)
}

# own_socket_directory NAME: makes the directory of the socket, or makes sure that it is ours alone: in /tmp anybody may
# take a name first, and whoever owns the directory could answer in the server's place.
own_socket_directory() {
    local user=${PG_USER[$1]} found
    if ! (as_server "$user" mkdir -m 0700 "$PGSOCKET") 2>/dev/null; then
        found=$(stat -c '%F, mode %a, owner %U' "$PGSOCKET") || return 1
        [[ $found == "directory, mode 700, owner $user" ]] ||
            refuse "$PGSOCKET must be a directory of mode 700 that belongs to $user, and is: $found. Remove it first."
    fi
    PG_SOCKET[$1]=$PGSOCKET
}

# start_postgres NAME: starts this checkout's private PostgreSQL of that name, making it first if needed, or joins the
# one that runs; sets PGSOCKET, PGBIN and PGLOG. The superuser is `postgres`. Call `stop_on_exit` first.
start_postgres() {
    local name=$1 cluster version running turn use variable
    make_data
    # Settings for another server (PGHOST, PGUSER, PGSERVICE …) must not lead anything of ours there.
    for variable in $(compgen -e | grep '^PG' || true); do unset "$variable"; done

    choose_home "$name"
    cluster=${PG_HOME[$name]}/cluster
    # A socket's path is limited to 107 bytes, and the checkout's own may be longer.
    PGSOCKET=/tmp/pa31-$CHECKOUT-$name

    exec {turn}>>"$DATA/$name.turn.lock" {use}>>"$DATA/$name.use.lock"
    LOCKS+=("$turn" "$use")
    attended flock "$turn"
    flock --shared "$use"
    PG_TURN[$name]=$turn
    PG_USE[$name]=$use
    CLEANUPS+=("stop_postgres $name")

    if [[ ! -e $cluster ]]; then make_cluster "$name"; fi
    version=$(<"$cluster/PG_VERSION")
    PGBIN=$(postgres_bin "$version") ||
        refuse "$cluster was made by PostgreSQL $version, which is not installed." \
            "Install it, or remove that directory."
    PGLOG=$cluster/server.log

    own_socket_directory "$name"
    running=$(running_server "$name")
    if [[ -n $running ]]; then
        say "PostgreSQL '$name' already runs (process $running): using it."
    else
        launch "$name"
    fi
    flock --unlock "$turn"
}

# make_cluster NAME: initdb beside, then a rename: what is interrupted leaves no half-made cluster behind.
make_cluster() {
    local home=${PG_HOME[$1]} user=${PG_USER[$1]} output=$DATA/$1.initdb.log
    PGBIN=$(postgres_bin) || refuse "PostgreSQL $OLDEST_POSTGRES or newer is needed."
    say "Making a PostgreSQL cluster in $home"
    (as_server "$user" rm -rf "$home/new")
    attended as_server "$user" "$PGBIN/initdb" --pgdata "$home/new" --username postgres --encoding UTF8 \
        --locale C.UTF-8 --data-checksums --auth peer --no-instructions >"$output" 2>&1 || {
        cat "$output" >&2
        return 1
    }
    rm -f "$output"
    printf '%s\n' "include = 'pa31.conf'" | (as_server "$user" tee -a "$home/new/postgresql.conf" >/dev/null)
    (as_server "$user" mv "$home/new" "$home/cluster")
}

# launch NAME: starts the server, also after a crash.
launch() {
    local name=$1 cluster=${PG_HOME[$1]}/cluster user=${PG_USER[$1]} process size
    settle_configuration "$name"
    # After a crash of the postmaster its children end by themselves, most of them at once.
    if wait_for_nobody "$name" 10; then
        # Nobody is there. If postmaster.pid names a process that lives, its number was given again (or the directory
        # is a copy), and PostgreSQL would refuse to start. A dead one it sorts out itself.
        process=$(head -n 1 "$cluster/postmaster.pid" 2>/dev/null) || process=
        if [[ -n $process && -e /proc/$process ]]; then (as_server "$user" rm -f "$cluster/postmaster.pid"); fi
    fi
    # Starts, stops and errors only, and still it must not grow for years.
    size=$(stat -c %s "$PGLOG" 2>/dev/null) || size=0
    if ((size > 10000000)); then (as_server "$user" mv "$PGLOG" "$PGLOG.old"); fi
    attended as_server "$user" \
        "$PGBIN/pg_ctl" start --silent --wait --timeout 60 --pgdata "$cluster" --log "$PGLOG" || {
        complain "PostgreSQL '$name' did not start. The end of $PGLOG:"
        tail -n 15 "$PGLOG" >&2 || true
        return 1
    }
}

# stop_postgres NAME: leaves the server, and stops it unless another script uses it. Done on exit in any case.
stop_postgres() {
    local name=$1 cluster user socket turn use mode
    use=${PG_USE[$name]:-}
    [[ -n $use ]] || return 0
    turn=${PG_TURN[$name]} cluster=${PG_HOME[$name]}/cluster user=${PG_USER[$name]}
    # Ours alone now? Then nobody else is there, and nobody comes in during our turn.
    if flock --wait 90 "$turn" && flock --exclusive --nonblock "$use"; then
        for mode in fast immediate; do
            [[ -n $(running_server "$name") ]] || break
            (as_server "$user" \
                "$PGBIN/pg_ctl" stop --silent --mode "$mode" --wait --timeout 60 --pgdata "$cluster") || true
        done
        # Interrupted while it started, it ends by itself.
        if wait_for_nobody "$name" 10; then
            # After a crash it still holds the socket. As the server's user: in /tmp, root follows no one's links.
            socket=${PG_SOCKET[$name]:-}
            if [[ -n $socket ]]; then (as_server "$user" rm -rf "$socket"); fi
        else
            complain "PostgreSQL '$name' did not stop: see $cluster/server.log"
        fi
    fi
    unset "PG_USE[$name]"
    exec {use}>&- {turn}>&-
}
