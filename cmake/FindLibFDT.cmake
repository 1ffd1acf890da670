# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

# libfdt, of the devicetree compiler's source: LibFDT::LibFDT. Debian's libfdt-dev has no
# pkg-config file before dtc 1.7.
find_path(LibFDT_INCLUDE_DIR libfdt.h)
find_library(LibFDT_LIBRARY fdt)
mark_as_advanced(LibFDT_INCLUDE_DIR LibFDT_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibFDT
  REQUIRED_VARS LibFDT_LIBRARY LibFDT_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "libfdt's header and library are in Debian's libfdt-dev")

if(LibFDT_FOUND AND NOT TARGET LibFDT::LibFDT)
  add_library(LibFDT::LibFDT UNKNOWN IMPORTED)
  set_target_properties(LibFDT::LibFDT PROPERTIES
    IMPORTED_LOCATION "${LibFDT_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${LibFDT_INCLUDE_DIR}")
endif()
