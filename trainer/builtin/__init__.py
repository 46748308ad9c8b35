"""Components that come with trainer; plugins like any other."""
