"""The tests: flat mirrored names for modules, flow/ for promises, server/ for real clients, contracts/."""
