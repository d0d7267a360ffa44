"""What the developers of the kit run and its users never see: pictures for the gallery, pages made from the material."""
