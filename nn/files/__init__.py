"""Files that other libraries write and read: HDF5 and models of Keras, weights of PyTorch."""
