function(walnats_add_event_library name)
endfunction()
