// libxlsxwriter's public header, where Debian's libxlsxwriter-dev puts it.
#include <xlsxwriter.h>
