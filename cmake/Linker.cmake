# Links our own programs with lld where it is installed.
if(PROJECT_IS_TOP_LEVEL)
  find_program(WALNATS_LLD ld.lld)
  mark_as_advanced(WALNATS_LLD)
  if(WALNATS_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()
