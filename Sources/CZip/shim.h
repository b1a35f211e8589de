// libzip's public header, where Debian's libzip-dev puts it.
#include <zip.h>
