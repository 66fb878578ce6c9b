# WALNATS_SANITIZE=address: ASan with UBSan and leak checks; =thread: TSan.
if(WALNATS_SANITIZE STREQUAL "address")
  # Without the checks of every pointer's use, which ASan and x86 make
  # themselves: they are a fifth of the compile time and 40 % of the size.
  add_compile_options(-fsanitize=address,undefined
    -fno-sanitize=null,alignment,object-size
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(WALNATS_SANITIZE STREQUAL "thread")
  # g++ 12 warns that TSan does not understand atomic_thread_fence.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  add_link_options(-fsanitize=thread)
elseif(WALNATS_SANITIZE)
  message(FATAL_ERROR "WALNATS_SANITIZE is address, thread or nothing")
endif()
