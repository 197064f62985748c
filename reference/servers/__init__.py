"""One file for each way of doing input and output. All have `serve(listener, room)`, and a diff of two shows nothing but the I/O."""
