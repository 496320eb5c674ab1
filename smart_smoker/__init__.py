"""What the scripts of Smart Smoker share."""
