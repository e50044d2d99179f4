#!/bin/bash
# The command in PATH is the launcher that needs no display; the menu entry starts the app itself.
ln -sf '/opt/${sanitizedProductName}/resources/bin/${executable}' '/usr/bin/${executable}'

# The sandbox needs user namespaces, or else its helper with the set-user-ID bit. Whether an ordinary user may make a
# namespace is asked as one: root always may.
if [[ -L /proc/self/ns/user ]] && setpriv --reuid=65534 --regid=65534 --clear-groups unshare --user true 2>/dev/null; then
    chmod 0755 '/opt/${sanitizedProductName}/chrome-sandbox' || true
else
    chmod 4755 '/opt/${sanitizedProductName}/chrome-sandbox' || true
fi

if hash update-mime-database 2>/dev/null; then
    update-mime-database /usr/share/mime || true
fi
if hash update-desktop-database 2>/dev/null; then
    update-desktop-database /usr/share/applications || true
fi

# Ubuntu 24.04 and newer let only profiled programs make user namespaces. Older AppArmor cannot read the profile and
# needs none.
if apparmor_status --enabled >/dev/null 2>&1; then
    source='/opt/${sanitizedProductName}/resources/apparmor-profile'
    target='/etc/apparmor.d/${executable}'
    if apparmor_parser --skip-kernel-load --debug "$source" >/dev/null 2>&1; then
        cp -f "$source" "$target"
        if ! { [ -x /usr/bin/ischroot ] && /usr/bin/ischroot; } && hash apparmor_parser 2>/dev/null; then
            apparmor_parser --replace --write-cache --skip-read-cache "$target" || true
        fi
    fi
fi
exit 0
