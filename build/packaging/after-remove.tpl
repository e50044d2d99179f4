#!/bin/bash
# An upgrade removes the old package's files after the new ones are there: the link is then the new one's.
if [ "$1" = remove ] || [ "$1" = purge ] || [ "$1" = 0 ]; then
    if [ -L '/usr/bin/${executable}' ] && [ ! -e '/usr/bin/${executable}' ]; then
        rm -f '/usr/bin/${executable}'
    fi
    profile='/etc/apparmor.d/${executable}'
    if [ -f "$profile" ]; then
        if apparmor_status --enabled >/dev/null 2>&1 && ! { [ -x /usr/bin/ischroot ] && /usr/bin/ischroot; }; then
            apparmor_parser --remove "$profile" || true
        fi
        rm -f "$profile"
    fi
fi
exit 0
