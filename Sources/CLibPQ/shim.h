// libpq's public header, where Debian's libpq-dev puts it.
#include <postgresql/libpq-fe.h>
